#!/usr/bin/env python3
"""Makes squares with holes and lets resshift fill them coarsely: what a model with "fill": "exemplar" is trained on.

Writes NNNNN-original.png, -mask.png and -fill.png; what is there already is kept.
"""

import argparse
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from training.degradation import to_image
from training.masks import random_mask
from training.photographs import random_crop, read_hold_out, read_photographs
from training.samples import read_json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="folder of a model that starts from such fills")
    parser.add_argument("settings", type=Path, help="settings of the training: masks and shrinking")
    parser.add_argument("output", type=Path, help="folder for the squares")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--hold-out", type=Path, help="names that are left out, one a line")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--side", type=int, default=384, help="pixels: surroundings to take pieces from")
    parser.add_argument("--program", default="resshift")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    settings = read_json(arguments.settings)
    photographs = read_photographs(arguments.photos, read_hold_out(arguments.hold_out), arguments.side)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for index in range(arguments.count):
        original, mask, fill = (arguments.output / f"{index:05}-{kind}.png" for kind in ("original", "mask", "fill"))
        if fill.exists():
            continue
        random = np.random.default_rng([arguments.seed, index])
        square = random_crop(photographs, arguments.side, settings["shrink"], random)
        to_image(square).save(original)
        Image.fromarray(random_mask(arguments.side, settings["masks"], random)).save(mask)
        subprocess.run(
            [arguments.program, "inpaint", original, "--mask", mask, "--output", fill, "--model", arguments.model,
             "--coarse-only", "--seed", str(index), "--quiet", "--threads", "1"], check=True)


if __name__ == "__main__":
    main()
