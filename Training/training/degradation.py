"""How pictures are spoilt: blur, resize, noise and JPEG, twice over as in the paper (section 4, after Real-ESRGAN),
with the strengths of everyday pictures unless the settings say otherwise.

A round is {"blur": [low, high], "resize": [low, high], "noise": [low, high], "jpeg": [low, high], "skip": p}: sigma in
pixels, scale, sigma in 1/255, quality; each is drawn evenly, and left out with probability `skip`, or where it is not named.
"""

import io

import numpy as np
from PIL import Image

FILTERS = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)


def to_image(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8))


def to_array(image: Image.Image) -> np.ndarray:
    return np.asarray(image, dtype=np.float32) / 255


def blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, edges clamped: [H, W, 3]."""
    radius = max(1, int(np.ceil(3 * sigma)))
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2).astype(np.float32)
    taps /= taps.sum()
    for axis in (0, 1):
        size = picture.shape[axis]
        pad = [(radius, radius) if other == axis else (0, 0) for other in range(3)]
        padded = np.pad(picture, pad, mode="edge")
        picture = sum(tap * padded.take(range(i, i + size), axis) for i, tap in enumerate(taps))
    return picture


def resized(picture: np.ndarray, height: int, width: int, resample: Image.Resampling) -> np.ndarray:
    channels = [
        np.asarray(Image.fromarray(picture[..., c]).resize((width, height), resample)) for c in range(picture.shape[2])]
    return np.stack(channels, axis=-1)


def to_size(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """By area where it gets smaller, cubic where it grows."""
    if picture.shape[:2] == (height, width):
        return picture
    shrinks = picture.shape[0] > height
    return resized(picture, height, width, Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC)


def noisy(picture: np.ndarray, sigma: float, random: np.random.Generator) -> np.ndarray:
    """Noise of `sigma` on average: half of the time the same everywhere, half of the time stronger in the light, as
    photons make it; a quarter of it without colour."""
    shape = picture.shape[:2] + ((1,) if random.random() < 0.25 else (3,))
    noise = random.standard_normal(shape, dtype=np.float32) * sigma
    if random.random() < 0.5:
        noise = noise * np.sqrt(np.maximum(picture.mean(axis=2, keepdims=True), 0) * 2)
    return picture + noise


def compressed(picture: np.ndarray, quality: int, random: np.random.Generator) -> np.ndarray:
    """Through JPEG, with and without reduced colour."""
    file = io.BytesIO()
    to_image(picture).save(file, "JPEG", quality=quality, subsampling=int(random.choice([0, 2])))
    return to_array(Image.open(file).convert("RGB"))


def degraded(picture: np.ndarray, scale: int, settings: dict, random: np.random.Generator) -> np.ndarray:
    """[H, W, 3] in 0...1 to [H / scale, W / scale, 3]: a share `clean` of all is only averaged."""
    height, width = picture.shape[0] // scale, picture.shape[1] // scale
    if random.random() >= settings["clean"]:
        for stage in settings["rounds"]:
            def wanted(what: str) -> bool:
                return what in stage and random.random() >= stage.get("skip", 0)

            if wanted("blur"):
                picture = blurred(picture, max(0.05, random.uniform(*stage["blur"])))
            if wanted("resize"):
                factor = random.uniform(*stage["resize"])
                sides = (max(16, round(side * factor)) for side in picture.shape[:2])
                picture = resized(picture, *sides, FILTERS[random.integers(3)])
            if wanted("noise"):
                picture = noisy(picture, random.uniform(*stage["noise"]) / 255, random)
            if wanted("jpeg"):
                picture = compressed(picture, int(random.integers(stage["jpeg"][0], stage["jpeg"][1] + 1)), random)
            if stage is settings["rounds"][0]:
                # The size of the input comes between the rounds, so that the last compression is in its pixels.
                picture = to_size(picture, height, width)
    picture = to_size(picture, height, width)
    return np.clip(np.round(picture * 255) / 255, 0, 1).astype(np.float32)
