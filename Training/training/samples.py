"""Batches of pictures with what the network gets of them. Sample i is a function of (seed, i): a run that was stopped
goes on as if it had not been, and the number of worker processes changes nothing."""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
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
        x = random_crop(self.photographs, self.settings["crop"], self.settings["shrink"], random)
        original = torch.from_numpy(x).permute(2, 0, 1) * 2 - 1
        if self.masked:
            hole = torch.from_numpy(random_mask(x.shape[0], self.settings["masks"], random))
            lq = torch.where(hole, -1.0, original)
            return original, torch.cat([lq, torch.where(hole, 1.0, -1.0)[None]])
        lq = degraded(x, self.sf, self.settings["degradation"], random)
        return original, torch.from_numpy(lq).permute(2, 0, 1) * 2 - 1


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


def read_json(file: Path) -> dict:
    return json.loads(file.read_text())
