"""Pairs of a degraded square and the teacher's picture of it, made once and kept in a folder, one file each.

Pair i is a function of (seed, i) and the settings. A file is there as a whole or not at all, so making them can be stopped at
any time, and goes on with those that are missing.
"""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .losses import low_pass
from .samples import Samples

# The teacher does not see beyond the edge of its square: so many pixels of lq are cut off there afterwards.
EDGE = 4
# Above a period of about so many pixels of lq, a target has the tones of the original, not the teacher's.
LOW = 4


def name_of(index: int) -> str:
    return f"{index:06}.safetensors"


def with_tones_of(original: Tensor, picture: Tensor, scale: int) -> Tensor:
    """The picture, `scale` times as large as lq, with the original's low frequencies, [N, 3, H, W] in [-1, 1]."""
    return (picture + low_pass(original - picture, LOW * scale + 1)).clamp(-1, 1)


def make(
    folder: Path, teacher: Callable[[Tensor], Tensor], samples: Samples, count: int, batch: int, workers: int,
    proceed: Callable[[int], bool]
) -> None:
    """Makes those of the pairs 0 ..< count that are not there yet.

    samples: squares in pairs (original, lq). proceed: told after each batch how many pairs there are; false stops.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [index for index in range(count) if not (folder / name_of(index)).exists()]
    there = count - len(missing)
    loader = DataLoader(samples, batch_size=batch, sampler=missing, num_workers=workers, prefetch_factor=4 if workers else None)
    for start, (original, lq) in zip(range(0, len(missing), batch), loader):
        scale = original.shape[2] // lq.shape[2]
        target = with_tones_of(original, teacher(lq), scale)
        for place, index in enumerate(missing[start:start + batch]):
            pictures = {"original": (original, scale), "lq": (lq, 1), "target": (target, scale)}
            write(folder / name_of(index), {
                name: picture[place, :, EDGE * factor:-EDGE * factor, EDGE * factor:-EDGE * factor]
                for name, (picture, factor) in pictures.items()})
            there += 1
        if not proceed(there):
            break


def write(file: Path, pictures: dict[str, Tensor]) -> None:
    """Pictures [3, H, W] in [-1, 1] as bytes, [H, W, 3]; the file appears when all is written."""
    rounded = {name: ((x + 1) * 127.5).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous() for name, x in pictures.items()}
    # With the process in its name: two that make the same pair do not write into one file.
    part = file.with_suffix(f".{os.getpid()}.part")
    save_file(rounded, part)
    os.replace(part, file)


def count_of(folder: Path) -> int:
    """How many pairs there are from number 0 on without a gap."""
    count = 0
    while (folder / name_of(count)).exists():
        count += 1
    return count


class Pairs(Dataset):
    """Sample i: a part of one of the first `count` pairs, flipped and turned: the target [3, S, S], lq [3, S/sf, S/sf] and the
    original [3, S, S] in [-1, 1]. The target is the teacher's with a share `truth` of the original in it (`clean_truth` where lq is
    the original averaged and no more), or, of a share `originals` of the samples, the original itself."""

    def __init__(self, folder: Path, count: int, settings: dict, sf: int, seed: int) -> None:
        self.folder = folder
        self.count = count
        self.side = settings["crop"] // sf
        self.originals = settings.get("originals", 0.0)
        self.truth = settings.get("truth", 0.0)
        self.clean_truth = settings.get("clean_truth", self.truth)
        self.sf = sf
        self.seed = seed

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        random = np.random.default_rng([self.seed, index])
        file = self.folder / name_of(int(random.integers(self.count)))
        is_original = random.random() < self.originals
        with safe_open(file, "pt") as pair:
            lq, x, original = (pair.get_slice(name) for name in ("lq", "target", "original"))
            (height, width, _), (large, _, _), side, sf = lq.get_shape(), x.get_shape(), self.side, self.sf
            if large != sf * height or min(height, width) < side:
                raise SystemExit(
                    f"{file}: a pair of {height} and {large} rows does not serve squares of {sf * side} enlarged by {sf}")
            top, left = (int(random.integers(size - side + 1)) for size in (height, width))
            lq = lq[top:top + side, left:left + side]
            x, original = (
                picture[sf * top:sf * (top + side), sf * left:sf * (left + side)] for picture in (x, original))
        turns, mirrored = int(random.integers(4)), random.random() < 0.5
        x, lq, original = (self._placed(picture, turns, mirrored) for picture in (x, lq, original))
        truth = 1.0 if is_original else self.clean_truth if is_clean(lq, original, sf) else self.truth
        return torch.lerp(x, original, truth), lq, original

    @staticmethod
    def _placed(picture: Tensor, turns: int, mirrored: bool) -> Tensor:
        picture = torch.rot90(picture.permute(2, 0, 1), turns, (1, 2))
        picture = picture.flip(2) if mirrored else picture
        return picture.contiguous().float() / 127.5 - 1


def is_clean(lq: Tensor, original: Tensor, sf: int) -> bool:
    """Whether nothing but averages of sf x sf pixels and rounding to bytes lies between the two, [3, H, W] in [-1, 1]."""
    return float((F.avg_pool2d(original, sf) - lq).abs().max()) < 0.75 / 127.5
