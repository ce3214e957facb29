#!/usr/bin/env python3
"""Makes pairs to learn from: photographs are spoilt, and the teacher enlarges them. What is there already is kept."""

import argparse
import sys
import time
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from training.pairs import make  # noqa: E402
from training.photographs import read_hold_out, read_photographs  # noqa: E402
from training.samples import Samples, read_json  # noqa: E402
from training.teacher import SCALE, Teacher, find  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", type=Path, help="settings of the training; the section \"pairs\" counts")
    parser.add_argument("output", type=Path, help="folder for the pairs")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--hold-out", type=Path, help="names that are left out, one a line")
    parser.add_argument("--held", action="store_true", help="only of the names of --hold-out: for validation")
    parser.add_argument("--teacher", type=Path, help="its .param file, with the .bin beside it; default: that of the package")
    parser.add_argument("--factor", type=int, choices=(1, 2, 4), default=SCALE, help="how many times the model enlarges")
    parser.add_argument("--count", type=int, help="how many in all; default: what the settings say")
    parser.add_argument("--minutes", type=float, help="stop after that time, to go on later")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="of PyTorch, on a CPU")
    parser.add_argument("--workers", type=int, default=0, help="processes that spoil photographs")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    make_pairs(arguments)


def make_pairs(arguments: argparse.Namespace) -> None:
    settings = read_json(arguments.settings)
    pairs = settings["pairs"]
    left_out = read_hold_out(arguments.hold_out)
    if arguments.held:
        left_out = {file.stem for file in arguments.photos.iterdir()} - left_out
    photographs = read_photographs(arguments.photos, left_out, pairs["side"] + pairs["margin"])
    samples = Samples(
        photographs, {**settings, "crop": pairs["side"], "margin": pairs["margin"]}, arguments.factor, False, arguments.seed)
    teacher = Teacher(arguments.teacher or find(), arguments.device, settings["bf16"], arguments.factor)
    begun = reported = time.monotonic()
    count = arguments.count or pairs["count"]

    def proceed(there: int) -> bool:
        nonlocal reported
        now = time.monotonic()
        is_over = arguments.minutes is not None and now - begun > 60 * arguments.minutes
        if now - reported > 60 or is_over or there == count:
            reported = now
            print(f"{there} of {count} pairs, {(now - begun) / 60:.1f} minutes", flush=True)
        return not is_over

    make(arguments.output, teacher, samples, count, pairs["batch"], arguments.workers, proceed)


if __name__ == "__main__":
    main()
