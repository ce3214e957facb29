"""The Swin layers of ResShift's UNet: window attention between 1x1 convolutions, with group norms."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import GROUPS, attention


def relative_position_index(window: int) -> Tensor:
    """[tokens, tokens]: the row of the bias table for each pair of a query and a key, tokens row-major."""
    y, x = torch.meshgrid(torch.arange(window, device="cpu"), torch.arange(window, device="cpu"), indexing="ij")
    y, x = y.flatten(), x.flatten()
    dy = y[:, None] - y[None, :] + window - 1
    dx = x[:, None] - x[None, :] + window - 1
    return dy * (2 * window - 1) + dx


def shift_mask(rule: str, rows: int, columns: int, window: int) -> Tensor:
    """[rows * columns, 1, tokens, tokens]: 0, or -100 between tokens that the roll made neighbours.

    "swin" is the usual mask. "published" is that of the ResShift checkpoints: only the bottom row of windows has one,
    and it parts left from right.
    """
    late = torch.arange(window, device="cpu") >= window - window // 2
    right = late.repeat(window)  # of each token, row-major
    lower = late.repeat_interleave(window)
    part = torch.zeros(rows, columns, window * window, dtype=torch.int64, device="cpu")
    if rule == "published":
        part[-1] += right
    else:
        part[-1] += 2 * lower
        part[:, -1] += right
    part = part.flatten(0, 1)
    return torch.where(part[:, None, :, None] == part[:, None, None, :], 0.0, -100.0)


class WindowAttention(nn.Module):
    """Multi-head attention inside windows, with a bias for the relative position."""

    def __init__(self, dim: int, window: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.index = relative_position_index(window)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """x [windows, tokens, dim], mask [windows, 1, tokens, tokens]."""
        windows, tokens, dim = x.shape
        q, k, v = self.qkv(x).reshape(windows, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.relative_position_bias_table[self.index].permute(2, 0, 1)[None]  # [1, heads, tokens, tokens]
        if mask is not None:
            bias = bias + mask
        return self.proj(attention(q, k, v, bias).transpose(1, 2).reshape(windows, tokens, dim))


class Mlp(nn.Module):
    """Two 1x1 convolutions with a GELU between."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(dim, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, dim, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, dim, H, W]."""
        return self.fc2(F.gelu(self.fc1(x)))


class SwinBlock(nn.Module):
    """x + attention(norm1 x), then x + mlp(norm2 x); shifted blocks roll the plane by half a window."""

    def __init__(self, dim: int, window: int, heads: int, hidden: int, mask_rule: str | None) -> None:
        super().__init__()
        self.window = window
        self.mask_rule = mask_rule  # None: not shifted
        self.norm1 = nn.GroupNorm(GROUPS, dim)
        self.attn = WindowAttention(dim, window, heads)
        self.norm2 = nn.GroupNorm(GROUPS, dim)
        self.mlp = Mlp(dim, hidden)
        self._masks: dict[tuple[int, int], Tensor] = {}

    def mask(self, rows: int, columns: int) -> Tensor | None:
        """The mask of a plane of so many windows; made once for each size."""
        if self.mask_rule is None:
            return None
        if (rows, columns) not in self._masks:
            self._masks[rows, columns] = shift_mask(self.mask_rule, rows, columns, self.window)
        return self._masks[rows, columns]

    def forward(self, x: Tensor) -> Tensor:
        """[N, dim, H, W]."""
        n, c, height, width = x.shape
        w = self.window
        rows, columns = height // w, width // w
        h = self.norm1(x)
        if self.mask_rule is not None:
            h = torch.roll(h, (-(w // 2), -(w // 2)), (2, 3))
        h = h.reshape(n, c, rows, w, columns, w).permute(0, 2, 4, 3, 5, 1).reshape(n * rows * columns, w * w, c)
        mask = self.mask(rows, columns)
        mask = mask if mask is None else mask.to(h.device)
        h = self.attn(h, mask if mask is None or n == 1 else mask.repeat(n, 1, 1, 1))
        h = h.reshape(n, rows, columns, w, w, c).permute(0, 5, 1, 3, 2, 4).reshape(n, c, height, width)
        if self.mask_rule is not None:
            h = torch.roll(h, (w // 2, w // 2), (2, 3))
        x = x + h
        return x + self.mlp(self.norm2(x))


class Projection(nn.Module):
    """A 1x1 convolution under the name that the checkpoints give it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x)


class SwinLayer(nn.Module):
    """To `swin_embed_dim` channels, through the blocks, and back; nothing skips it."""

    def __init__(self, config: dict, channels: int, size: int) -> None:
        """`size` is the level's nominal side: up to one window it is the window, and nothing is shifted."""
        super().__init__()
        dim, window = config["swin_embed_dim"], min(config["window_size"], size)
        rule = config.get("shift_mask", "published") if size > window else None
        self.patch_embed = Projection(channels, dim)
        self.patch_unembed = Projection(dim, channels)
        self.blocks = nn.Sequential(
            *(
                SwinBlock(
                    dim, window, dim // config["num_head_channels"], int(dim * config["mlp_ratio"]),
                    rule if block % 2 == 1 else None)
                for block in range(config["swin_depth"])
            ))

    def forward(self, x: Tensor) -> Tensor:
        """[N, channels, H, W], sides whole windows."""
        return self.patch_unembed(self.blocks(self.patch_embed(x)))
