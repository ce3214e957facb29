#!/usr/bin/env python3
"""Threads or jobs: measures both on two cores, and simulates the schedule of a long list on more of them.

    threads_or_jobs.py measure PROGRAM PICTURE [--count 6] [--rounds 5] >measured.json
    threads_or_jobs.py simulate measured.json

`measure` enlarges COUNT copies of a picture by one job of one thread, by one job of two threads and by two jobs of one thread,
each with a slice, in turns, and takes medians. `simulate` needs three numbers of it: the time of a picture with one thread; the share of
it that threads do not make shorter (Amdahl, from one and two threads); and how much longer a thread takes beside another one that is
busy, which it takes to be the same beside many. Pictures differ in size by a log-normal factor (sigma 0.5). Jobs take every Nth picture.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import time


def seconds(*commands):
    """Of commands that run at once: wall time, and the most that one of them computed. The latter is what a job of one thread would
    take on a processor of its own, and hardly changes when other programs make this machine slow."""
    start = time.monotonic()
    jobs = [subprocess.Popen(command) for command in commands]
    computed = []
    for job in jobs:
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        assert job.returncode == 0, job.args
        computed.append(usage.ru_utime + usage.ru_stime)
    return {"wall": time.monotonic() - start, "cpu": max(computed)}


def memory(*commands):
    """The most that commands that run at once hold, in MB: of each alone (Rss), and together, what they share counted once (Pss)."""
    jobs = [subprocess.Popen(command) for command in commands]
    peak = {"Rss": 0, "Pss": 0}
    while any(job.poll() is None for job in jobs):
        found = {"Rss": [], "Pss": []}
        for job in jobs:
            try:
                lines = pathlib.Path(f"/proc/{job.pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                name, _, rest = line.partition(":")
                if name in found:
                    found[name].append(int(rest.split()[0]) * 1024 / 1e6)
        peak["Rss"] = max([peak["Rss"], *found["Rss"]])
        peak["Pss"] = max(peak["Pss"], sum(found["Pss"]))
        time.sleep(0.01)
    return {"one_rss_mb": peak["Rss"], "together_pss_mb": peak["Pss"]}


def measure(program, picture, count, rounds):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "in").mkdir()
        for number in range(count):
            shutil.copy(picture, folder / "in" / f"{number}{pathlib.Path(picture).suffix}")
        (folder / "list").write_text("".join(f"{path}\n" for path in sorted((folder / "in").iterdir())))
        base = [program, "upscale", "--files-from", str(folder / "list"), "-o", str(folder / "out"), "--quiet", "--memory", "4G"]
        one = lambda *more: [*base, *more]
        # A thread's time is what it computes: the first call also finds out the machine's pace.
        subprocess.run(one("--slice", f"1/{count}"), check=True)
        times = {name: [] for name in ("one_thread", "two_threads", "two_jobs", "start", "plan")}
        tiny = folder / "tiny.png"
        subprocess.run(["convert", "-size", "8x8", "xc:gray", tiny], check=True)
        for _ in range(rounds):
            times["one_thread"].append(seconds(one("--threads", "1")))
            times["two_jobs"].append(
                seconds(one("--threads", "1", "--slice", "1/2"), one("--threads", "1", "--slice", "2/2")))
            times["two_threads"].append(seconds(one("--threads", "2")))
        for _ in range(4 * rounds):
            # All is there: start, list and plan. A picture of 8 x 8: that, the model and the smallest restoration.
            times["plan"].append(seconds(one("--skip-existing")))
            times["start"].append(seconds([program, "upscale", tiny, "-o", folder / "t.png", "--quiet", "--threads", "1"]))
        result = {"count": count, "rounds": rounds}
        for clock in ("wall", "cpu"):
            values = {name: [entry[clock] for entry in entries] for name, entries in times.items()}
            median = {name: statistics.median(entries) for name, entries in values.items()}
            result[clock] = median | {
                "spread": {name: [min(entries), max(entries)] for name, entries in values.items()},
                "ratio_of_jobs": median["two_jobs"] / median["one_thread"],
                "ratio_of_threads": median["two_threads"] / median["one_thread"],
            }
        result["memory_one_job"] = memory(one("--threads", "1", "--slice", "1/2"))
        result["memory_two_jobs"] = memory(one("--threads", "1", "--slice", "1/2"), one("--threads", "1", "--slice", "2/2"))
        result["memory_two_threads"] = memory(one("--threads", "2", "--slice", "1/2"))
    print(json.dumps(result, indent=1))


def simulate(measured, ratio_of_threads):
    alone = measured["cpu"]["one_thread"] / measured["count"]
    beside = measured["cpu"]["ratio_of_jobs"] * 2  # 1 = a thread takes no longer beside another
    # With two threads both cores are busy, too.
    serial = max(0, 2 * (ratio_of_threads or measured["wall"]["ratio_of_threads"]) / beside - 1)
    start = measured["cpu"]["start"]
    one, two = measured["memory_one_job"], measured["memory_two_jobs"]
    more = two["together_pss_mb"] - one["together_pss_mb"]

    def run(pictures, jobs, threads, draw):
        busy = beside if min(jobs, pictures) * threads > 1 else 1
        sizes = [draw.lognormvariate(-0.125, 0.5) for _ in range(pictures)]
        each = [alone * busy * (serial + (1 - serial) / threads) * size for size in sizes]
        return max(start + sum(each[job::jobs]) for job in range(jobs))

    def text(value):
        return f"{value / 3600:.1f} h" if value >= 3600 else f"{value / 60:.1f} min" if value >= 60 else f"{value:.1f} s"

    print(f"a picture {alone:.2f} s, serial share {serial:.3f}, beside another {beside:.3f}, start {start * 1e3:.0f} ms\n")
    print("| cores | jobs x threads | 1000 pictures | 20 pictures | 1 picture | memory |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for cores in (2, 8, 32):
        jobs = cores
        while jobs >= 1:
            threads = cores // jobs
            draw = random.Random(17)  # the same sizes for each row
            rows = [statistics.mean(run(n, jobs, threads, draw) for _ in range(200)) for n in (1, 20, 1000)][::-1]
            mb = one["together_pss_mb"] + (jobs - 1) * more
            print(f"| {cores} | {jobs} x {threads} | " + " | ".join(map(text, rows)) + f" | {mb / 1e3:.1f} GB |")
            jobs //= 4 if cores == 32 and jobs > 2 else 2


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
commands = parser.add_subparsers(dest="command", required=True)
first = commands.add_parser("measure")
first.add_argument("program")
first.add_argument("picture")
first.add_argument("--count", type=int, default=6)
first.add_argument("--rounds", type=int, default=5)
second = commands.add_parser("simulate")
second.add_argument("file")
second.add_argument(
    "--ratio-of-threads", type=float,
    help="wall time with two threads by that with one, where the machine was not free when it was measured")
arguments = parser.parse_args()
if arguments.command == "measure":
    measure(os.path.abspath(arguments.program), arguments.picture, arguments.count, arguments.rounds)
else:
    simulate(json.loads(pathlib.Path(arguments.file).read_text()), arguments.ratio_of_threads)
