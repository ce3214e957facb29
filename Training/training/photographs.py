"""Photographs from a folder, decoded once and kept in memory as bytes."""

from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}


def read_photographs(folder: Path, hold_out: set[str], smallest: int) -> list[np.ndarray]:
    """All pictures of at least `smallest` pixels a side, [H, W, 3] of uint8, sorted by name.

    `hold_out` are names without suffix that must never be trained on.
    """
    photographs = []
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in SUFFIXES or file.stem in hold_out:
            continue
        with Image.open(file) as image:
            pixels = np.asarray(image.convert("RGB"))
        if min(pixels.shape[:2]) >= smallest:
            photographs.append(pixels)
    if not photographs:
        raise SystemExit(f"{folder}: no photographs of at least {smallest} pixels a side; give another --photos")
    return photographs


def read_hold_out(file: Path | None) -> set[str]:
    """One name a line, with or without suffix; # begins a comment."""
    if file is None:
        return set()
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    return {Path(line).stem for line in lines if line}


def random_crop(photographs: list[np.ndarray], side: int, shrink: float, random: np.random.Generator) -> np.ndarray:
    """A square of `side` pixels, [side, side, 3] in 0...1: cut out, maybe made smaller, flipped and turned.

    Photographs are taken by their area. Half of the squares are cut larger, up to `shrink` times, and averaged down:
    objects of all sizes, free of the camera's own noise.
    """
    areas = np.array([photo.shape[0] * photo.shape[1] for photo in photographs], dtype=np.float64)
    photo = photographs[random.choice(len(photographs), p=areas / areas.sum())]
    largest = min(int(side * shrink), *photo.shape[:2])
    cut = side if random.random() < 0.5 else int(random.integers(side, largest + 1))
    y, x = (int(random.integers(0, size - cut + 1)) for size in photo.shape[:2])
    crop = photo[y:y + cut, x:x + cut]
    if cut > side:
        crop = np.asarray(Image.fromarray(crop).resize((side, side), Image.Resampling.BOX))
    crop = np.rot90(crop, int(random.integers(4)))
    if random.random() < 0.5:
        crop = crop[:, ::-1]
    return np.ascontiguousarray(crop, dtype=np.float32) / 255
