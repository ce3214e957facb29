"""Child processes, one at a time: on the cores that were asked for, with their time and memory."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
# Seconds between two looks at a child; a look that comes much later means that the machine stood still.
INTERVAL = 0.01


class ChildError(Exception):
    """A child that failed; the message is one line."""


@dataclass
class Child:
    """What a finished child left."""

    stdout: str
    stderr: str
    wall_ms: float
    peak_mb: float  # largest resident memory, 10^6 bytes
    stall_ms: float  # longest time in which nothing ran: a virtual machine that was stopped, or a crowded core


def run(command: list[str], cores: list[int], environment: dict[str, str] | None = None) -> Child:
    """Runs `command` on `cores` to its end. Raises `ChildError` if it fails."""
    os.sched_setaffinity(0, cores)  # the child inherits it, and this process hardly does anything
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=FOLDER, env=os.environ | (environment or {}))
        last, longest, pid = start, 0.0, 0
        try:
            while pid == 0:
                time.sleep(INTERVAL)
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                now = time.perf_counter()
                last, longest = now, max(longest, now - last)
        except KeyboardInterrupt:  # SIGTERM, too
            process.terminate()
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        child = Child(
            out.read().decode(), err.read().decode(errors="replace"), (last - start) * 1e3,
            usage.ru_maxrss * 1024 / 1e6, longest * 1e3)
    if process.returncode != 0:
        last = child.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ChildError(f"{' '.join(command[:4])}: failed with status {process.returncode}: {last[0]}")
    return child


def python(module: str, job: dict, cores: list[int]) -> tuple[dict, Child]:
    """Runs `harness.MODULE` on a job; its thread pools get as many threads as there are `cores`."""
    threads = str(len(cores))
    pools = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    child = run([sys.executable, "-m", f"harness.{module}", json.dumps(job)], cores, pools)
    return json.loads(child.stdout.strip().splitlines()[-1]), child
