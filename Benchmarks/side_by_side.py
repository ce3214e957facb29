"""Measures resshift beside PyTorch, ONNX Runtime and OpenVINO: the same weights, pictures and cores, in turn.

See README.md beside this file.
"""

import argparse
import json
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path

from harness import child, machine, report
from harness.timing import RUNTIMES, Disagreement, Session, is_ours

# Whatever is compared: weights, pictures and agreement need them.
ALWAYS = {"torch", "numpy", "safetensors", "PIL"}
EXPORT = {"onnx", "onnxscript"}
DISTRIBUTIONS = {"PIL": "pillow"}


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (default: 1 2)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each number (default: 3)")
    parser.add_argument("--cores", type=int, nargs="+", help="cores to run on, by number (default: the first allowed)")
    parser.add_argument("--only", nargs="+", choices=[name for name in RUNTIMES if not is_ours(name)],
                        help="compare with these runtimes only")
    parser.add_argument("--hold-to", choices=list(machine.HELD_TO), metavar="ISA",
                        help="act as on an older processor: avx2 (without ONNX Runtime, which cannot, and bf16)")
    parser.add_argument("--parts", nargs="+", choices=list(report.TITLES), default=list(report.TITLES),
                        help="the published architecture, the built-in model, or both (default)")
    parser.add_argument("--resshift", help="the command (default: from PATH, or a build in this repository)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to a file, too")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw the results")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single measurement")
    parser.add_argument("--check", action="store_true",
                        help="only compare the PyTorch networks with the tensors recorded for the tests")
    return parser.parse_args()


def stop(message: str) -> None:
    """Ends with one line."""
    sys.exit(f"side_by_side: {message}")


def need(packages: set[str]) -> None:
    """Ends if one of them is not installed."""
    if missing := machine.missing_packages(packages):
        names = ", ".join(DISTRIBUTIONS.get(name, name) for name in missing)
        stop(f"{names} not installed; run: pip install -r {child.FOLDER.name}/requirements.txt")


def choose_cores(arguments: argparse.Namespace) -> list[int]:
    """As many as the largest number of threads."""
    wanted, allowed = max(arguments.threads), sorted(os.sched_getaffinity(0))
    cores = arguments.cores or allowed
    if not set(cores) <= set(allowed):
        stop(f"--cores: this process may run on {allowed} only")
    if min(arguments.threads) < 1 or wanted > len(cores):
        stop(f"--threads: 1 to {len(cores)}, one for each core, not {wanted}")
    return cores[:wanted]


def compare(arguments: argparse.Namespace) -> dict:
    """Prepares, checks and measures; what --json writes."""
    others = arguments.only or [name for name in RUNTIMES if not is_ours(name)]
    # Without instructions for it, bf16 says nothing of anybody.
    has_bf16 = bool(machine.bf16_instructions()) and not arguments.hold_to
    if arguments.hold_to:
        os.environ |= machine.HELD_TO[arguments.hold_to]  # children inherit it
        others = [name for name in others if name != "onnxruntime"]
        if not others:
            stop("--hold-to: ONNX Runtime cannot be held to anything; compare with another")
    runtimes = [
        name for name in RUNTIMES if (is_ours(name) or name in others) and (has_bf16 or not name.endswith("-bf16"))
    ]
    packages = ALWAYS | {package for name in runtimes if (package := RUNTIMES[name][1])}
    if "realsr" in arguments.parts and packages & {"onnxruntime", "openvino"}:
        packages |= EXPORT
    need(packages | ({"matplotlib"} if arguments.picture else set()))
    if arguments.hold_to and any(name.startswith("pytorch") for name in runtimes):
        found = machine.pytorch_instructions()
        if not all(words.upper().endswith(arguments.hold_to.upper()) for words in found):
            stop(f"--hold-to {arguments.hold_to}: PyTorch does not heed it: {', '.join(sorted(found))}")
    resshift = machine.find_resshift(arguments.resshift)
    if resshift is None:
        stop(f"no resshift command{f' at {arguments.resshift}' if arguments.resshift else ''}; build it with"
             " ./install.sh --stage .build/stage, or name it with --resshift")
    cores = choose_cores(arguments)
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as folder:
        session = Session(Path(folder), resshift, runtimes, cores)
        session.prepare(arguments.parts)
        agreement: dict = {}
        if "realsr" in arguments.parts:
            agreement |= session.check_realsr()
        if "compact" in arguments.parts:
            agreement |= session.check_compact()
        for threads in arguments.threads:
            if "realsr" in arguments.parts:
                session.time_realsr(threads, arguments.rounds)
            if "compact" in arguments.parts:
                session.time_compact(threads, arguments.rounds)
    return {
        "machine": machine.describe(
            resshift, {DISTRIBUTIONS.get(name, name) for name in packages}, arguments.hold_to),
        "command": shlex.join(["python", f"{child.FOLDER.name}/side_by_side.py", *sys.argv[1:]]),
        "rounds": arguments.rounds, "cores": cores, "agreement": agreement, "layouts": session.layouts,
        "plan": session.plan, "samples": session.samples,
    }


def main() -> None:
    """Runs the comparison and writes what was asked for."""
    arguments = parse()
    if arguments.check:
        need(ALWAYS)
        from harness import selfcheck

        sys.exit(selfcheck.main())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the temporary folder goes in any case
    try:
        results = compare(arguments)
    except Disagreement as error:
        stop(f"the runtimes disagree, so there is nothing to compare: {error}")
    except child.ChildError as error:
        stop(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    text = report.markdown(results)
    print(text)
    if arguments.markdown:
        arguments.markdown.write_text(text)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1))
    if arguments.picture:
        from harness import chart

        chart.draw(results["samples"], results["machine"]["processor"], arguments.picture)


if __name__ == "__main__":
    main()
