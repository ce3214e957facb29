#!/usr/bin/env python3
"""Enlarges the pictures of a folder with the teacher: what `resshift evaluate --reference teacher=FOLDER` measures beside ours."""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from training.photographs import SUFFIXES  # noqa: E402
from training.teacher import SCALE, Teacher, find  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=Path, help="folder of small pictures, such as inputs of resshift evaluate --save")
    parser.add_argument("output", type=Path, help="folder for the large ones; what is there already is kept")
    parser.add_argument("--teacher", type=Path, help="its .param file, with the .bin beside it; default: that of the package")
    parser.add_argument("--factor", type=int, choices=(1, 2, 4), default=SCALE, help="how many times")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="of PyTorch, on a CPU")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    teacher = Teacher(arguments.teacher or find(), arguments.device, False, arguments.factor)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for file in sorted(arguments.inputs.iterdir()):
        result = arguments.output / f"{file.stem}.png"
        if file.suffix.lower() not in SUFFIXES or result.exists():
            continue
        with Image.open(file) as image:
            pixels = np.array(image.convert("RGB"))
        large = teacher(torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1)
        rounded = ((large[0] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
        part = result.with_suffix(".part")
        Image.fromarray(np.ascontiguousarray(rounded)).save(part, "PNG")
        part.replace(result)


if __name__ == "__main__":
    main()
