"""Batches of pictures with what the network gets of them. Sample i is a function of (seed, i): a run that was stopped
goes on as if it had not been, and the number of worker processes changes nothing."""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from .degradation import degraded
from .masks import random_mask
from .photographs import random_crop


class Samples(Dataset):
    """Sample i: the original x [3, S, S] and the condition: lq [3, S/sf, S/sf], with the mask as a fourth channel in
    inpainting; all in [-1, 1]."""

    def __init__(self, photographs: list[np.ndarray], settings: dict, sf: int, masked: bool, seed: int) -> None:
        self.photographs = photographs
        self.settings = settings
        self.sf = sf
        self.masked = masked
        self.seed = seed

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        random = np.random.default_rng([self.seed, index])
        side, margin = self.settings["crop"], 0 if self.masked else self.settings.get("margin", 0)
        x = random_crop(self.photographs, side + margin, self.settings["shrink"], random)
        if self.masked:
            original = to_tensor(x)
            hole = torch.from_numpy(random_mask(side, self.settings["masks"], random))
            lq = torch.where(hole, -1.0, original)
            return original, torch.cat([lq, torch.where(hole, 1.0, -1.0)[None]])
        # Cut after the degradation, so that the blocks of a JPEG begin anywhere.
        lq = degraded(x, self.sf, self.settings["degradation"], random)
        y0, x0 = (int(random.integers(margin // self.sf + 1)) for _ in range(2))
        small = side // self.sf
        lq = lq[y0:y0 + small, x0:x0 + small]
        x = x[self.sf * y0:self.sf * y0 + side, self.sf * x0:self.sf * x0 + side]
        return to_tensor(x), to_tensor(lq)


class FilledSamples(Dataset):
    """Sample i of squares that fills.py made: the original x [3, S, S], and the coarse fill with the mask as a fourth channel,
    [4, S, S], all in [-1, 1]; a part with some of the hole in it, flipped and turned."""

    def __init__(self, folder: Path, settings: dict, seed: int) -> None:
        self.fills = sorted(folder.glob("*-fill.png"))
        if not self.fills:
            raise SystemExit(f"{folder}: no squares with fills; make them with fills.py")
        self.side = settings["crop"]
        self.seed = seed

    def __len__(self) -> int:
        return 1 << 62

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        random = np.random.default_rng([self.seed, index])
        fill = self.fills[random.integers(len(self.fills))]
        kinds = (fill.with_name(fill.name.replace("-fill", f"-{kind}")) for kind in ("original", "mask"))
        original, mask = (np.asarray(Image.open(file)) for file in kinds)
        layers = np.concatenate([original, np.asarray(Image.open(fill)), mask[..., None] * np.uint8(255)], axis=2)
        while True:
            y, x = (int(random.integers(size - self.side + 1)) for size in mask.shape)
            part = layers[y:y + self.side, x:x + self.side]
            if part[..., 6].any():
                break
        part = np.rot90(part, int(random.integers(4)))
        if random.random() < 0.5:
            part = part[:, ::-1]
        both = torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)
        return both[:3], both[3:]


class Consecutive(Sampler):
    """The numbers from `start` on."""

    def __init__(self, start: int) -> None:
        self.start = start

    def __iter__(self):
        index = self.start
        while True:
            yield index
            index += 1


def batches(samples: Samples, batch: int, iteration: int, workers: int) -> DataLoader:
    """Batches from that of `iteration` on."""
    return DataLoader(
        samples, batch_size=batch, sampler=Consecutive(iteration * batch), num_workers=workers,
        persistent_workers=False, prefetch_factor=4 if workers else None)


def push_pull(picture: Tensor, known: Tensor) -> Tensor:
    """The coarse fill of holes that a model with "fill": "push-pull" starts from; known pixels stay exact.

    picture [N, 3, H, W], known [N, 1, H, W] of 0 and 1.
    """
    colours, weights = [picture * known], [known]
    while max(weights[-1].shape[2:]) > 1:
        pad = (0, weights[-1].shape[3] % 2, 0, weights[-1].shape[2] % 2)
        colours.append(F.avg_pool2d(F.pad(colours[-1], pad), 2))
        weights.append(F.avg_pool2d(F.pad(weights[-1], pad), 2))
    fill = colours[-1] / weights[-1].clamp(min=1e-12)
    for colour, weight in zip(reversed(colours[:-1]), reversed(weights[:-1])):
        larger = F.interpolate(fill, scale_factor=2.0, mode="bilinear", align_corners=False)
        fill = colour + (1 - weight) * larger[..., :weight.shape[2], :weight.shape[3]]
    return torch.where(known > 0, picture, fill)


def to_tensor(picture: np.ndarray) -> Tensor:
    """[H, W, 3] in 0...1 to [3, H, W] in [-1, 1]."""
    return torch.from_numpy(picture).permute(2, 0, 1) * 2 - 1


def read_json(file: Path) -> dict:
    return json.loads(file.read_text())
