"""Tiles of a large latent and how they are joined: the plan that `resshift` makes for the same picture."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

# Latent positions: the side of the default tile of pixel-unshuffle models, and how far neighbours overlap.
DEFAULT_SIDE = 256
DEFAULT_OVERLAP = 16


@dataclass
class TilePlan:
    """Equal tiles over a latent of height x width, spread evenly, in latent positions."""

    height: int
    width: int
    side: int
    overlap: int
    multiple: int
    tile: tuple[int, int] = field(init=False)
    origins: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.tile = (self._tile(self.height), self._tile(self.width))
        rows, columns = self._positions(self.height, self.tile[0]), self._positions(self.width, self.tile[1])
        self.origins = [(y, x) for y in rows for x in columns]

    def _gaps(self, length: int, tile: int) -> int:
        return (length - self.overlap - 1) // (tile - self.overlap)

    def _tile(self, length: int) -> int:
        """The side, as small as the same number of tiles allows."""
        if length <= self.side:
            return length
        count = self._gaps(length, self.side) + 1
        needed = math.ceil((length + (count - 1) * self.overlap) / count)
        return min(self.side, math.ceil(needed / self.multiple) * self.multiple)

    def _positions(self, length: int, tile: int) -> list[int]:
        if length <= tile:
            return [0]
        gaps = self._gaps(length, tile)
        return [(2 * i * (length - tile) + gaps) // (2 * gaps) for i in range(gaps + 1)]

    def __str__(self) -> str:
        rows, columns = ([origin[axis] for origin in self.origins] for axis in (0, 1))
        return (
            f"{len(self.origins)} tiles of {self.tile[0]}x{self.tile[1]} on {self.height}x{self.width} positions,"
            f" rows at {sorted(set(rows))}, columns at {sorted(set(columns))}, overlap {self.overlap} or more")


def default_plan(config: dict, height: int, width: int) -> TilePlan:
    """The plan that `resshift` makes by itself where memory allows it; `config` is a whole model.json."""
    unet = config["unet"]
    last = len(unet["channel_mult"]) - 1
    multiple = 2**last
    for level in range(last + 1):
        size = unet["image_size"] >> level
        if level == last or size in unet["attention_resolutions"]:
            multiple = math.lcm(multiple, min(unet["window_size"], size) << level)
    side = math.ceil(DEFAULT_SIDE / multiple) * multiple
    return TilePlan(height, width, side, DEFAULT_OVERLAP, multiple)


class TileBlender:
    """Joins overlapping tiles, each weighted by a window that falls off smoothly towards its neighbours."""

    def __init__(self, plan: TilePlan, channels: int) -> None:
        self.plan = plan
        self.total = torch.zeros(1, channels, plan.height, plan.width)
        self.weight = torch.zeros(1, 1, plan.height, plan.width)

    def add(self, part: Tensor, origin: tuple[int, int]) -> None:
        """`part` [1, C, tile height, tile width], `origin` its first row and column."""
        (y, x), (height, width) = origin, part.shape[2:]
        window = self._window(height, y, self.plan.height)[:, None] * self._window(width, x, self.plan.width)
        self.total[:, :, y:y + height, x:x + width] += part * window
        self.weight[:, :, y:y + height, x:x + width] += window

    def result(self) -> Tensor:
        """The whole, once all tiles are in: [1, C, height, width]."""
        return self.total / self.weight

    def _window(self, length: int, start: int, total: int) -> Tensor:
        """Weights along one axis: 1, and 3t^2 - 2t^3 over the overlap at edges inside the picture."""
        rising = ((torch.arange(length) + 0.5) / min(self.plan.overlap, length // 2)).clamp(max=1)
        rising = rising * rising * (3 - 2 * rising)
        window = rising if start > 0 else torch.ones(length)
        return window * rising.flip(0) if start + length < total else window
