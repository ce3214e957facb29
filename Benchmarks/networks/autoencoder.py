"""The way into latent space and back: a VQ autoencoder, or pixel-unshuffle for the compact models."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import GROUPS, Upsample, attention, conv3x3


def norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(GROUPS, channels, eps=1e-6)


class ResnetBlock(nn.Module):
    """Norm, SiLU, convolution, twice, plus the input."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = norm(inputs), conv3x3(inputs, outputs)
        self.norm2, self.conv2 = norm(outputs), conv3x3(outputs, outputs)
        self.nin_shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] to [N, outputs, H, W]."""
        h = self.conv1(F.silu(self.norm1(x)))
        return self.nin_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class AttnBlock(nn.Module):
    """Attention of one head over all positions, plus the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.q, self.k, self.v = (nn.Conv2d(channels, channels, 1) for _ in range(3))
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W]."""
        h = self.norm(x)
        q, k, v = (layer(h).flatten(2).transpose(1, 2)[:, None] for layer in (self.q, self.k, self.v))
        h = attention(q, k, v)[:, 0].transpose(1, 2).reshape(x.shape)
        return x + self.proj_out(h)


class Middle(nn.Module):
    """Block, attention, block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels)
        self.attn_1 = AttnBlock(channels)
        self.block_2 = ResnetBlock(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W]."""
        return self.block_2(self.attn_1(self.block_1(x)))


class Downsample(nn.Module):
    """Padding at the right and the bottom, then a 3x3 convolution of stride 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] to [N, C, H/2, W/2]."""
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Level(nn.Module):
    """The blocks of one resolution and, but for the last one, the change to the next."""

    def __init__(self, inputs: int, outputs: int, blocks: int) -> None:
        super().__init__()
        self.block = nn.Sequential(*(ResnetBlock(inputs if i == 0 else outputs, outputs) for i in range(blocks)))


class Encoder(nn.Module):
    """A picture to `z_channels`; `config` is the section `ddconfig` of a model.json."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        widths, depths = widths_and_depths(config)
        channels = config["ch"]
        self.conv_in = conv3x3(config["in_channels"], channels)
        self.down = nn.ModuleList()
        for i, (width, depth) in enumerate(zip(widths, depths)):
            level = Level(channels, width, depth)
            if i < len(widths) - 1:
                level.downsample = Downsample(width)
            self.down.append(level)
            channels = width
        self.mid = Middle(channels)
        self.norm_out, self.conv_out = norm(channels), conv3x3(channels, config["z_channels"])

    def forward(self, x: Tensor) -> Tensor:
        """[N, 3, H, W] to [N, z, H/f, W/f]."""
        h = self.conv_in(x)
        for level in self.down:
            h = level.block(h)
            if hasattr(level, "downsample"):
                h = level.downsample(h)
        return self.conv_out(F.silu(self.norm_out(self.mid(h))))


class Decoder(nn.Module):
    """`z_channels` to a picture; `up.0` is the finest level."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        widths, depths = widths_and_depths(config)
        channels = widths[-1]
        self.conv_in = conv3x3(config["z_channels"], channels)
        self.mid = Middle(channels)
        levels: list[Level] = []
        for i in reversed(range(len(widths))):
            level = Level(channels, widths[i], depths[i] + 1)
            channels = widths[i]
            if i > 0:
                level.upsample = Upsample(channels)
            levels.insert(0, level)
        self.up = nn.ModuleList(levels)
        self.norm_out, self.conv_out = norm(channels), conv3x3(channels, config["out_ch"])

    def forward(self, z: Tensor) -> Tensor:
        """[N, z, h, w] to [N, 3, h * f, w * f]."""
        h = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            h = level.block(h)
            if hasattr(level, "upsample"):
                h = level.upsample(h)
        return self.conv_out(F.silu(self.norm_out(h)))


def widths_and_depths(config: dict) -> tuple[list[int], list[int]]:
    """Channels and number of blocks of each level."""
    widths = [config["ch"] * mult for mult in config["ch_mult"]]
    depth = config["num_res_blocks"]
    return widths, [depth] * len(widths) if isinstance(depth, int) else depth


class VectorQuantizer(nn.Module):
    """The codebook."""

    def __init__(self, codes: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(codes, dim)

    def forward(self, z: Tensor) -> Tensor:
        """Replaces each vector of [N, dim, h, w] by the nearest entry."""
        n, dim, h, w = z.shape
        codebook = self.embedding.weight
        # Always in float32: in bfloat16 most positions would get another code.
        with torch.autocast("cpu", enabled=False):
            rows = z.float().permute(0, 2, 3, 1).reshape(-1, dim)
            # |z - e|^2 less |z|^2, which is the same for all entries.
            nearest = torch.addmm((codebook * codebook).sum(1), rows, codebook.T, alpha=-2).argmin(1)
            return codebook[nearest].reshape(n, h, w, dim).permute(0, 3, 1, 2)


class VQAutoencoder(nn.Module):
    """`config` is the section `autoencoder` of a model.json."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        ddconfig = config["ddconfig"]
        self.encoder, self.decoder = Encoder(ddconfig), Decoder(ddconfig)
        self.quantize = VectorQuantizer(config["n_embed"], config["embed_dim"])
        self.quant_conv = nn.Conv2d(ddconfig["z_channels"], config["embed_dim"], 1)
        self.post_quant_conv = nn.Conv2d(config["embed_dim"], ddconfig["z_channels"], 1)

    def encode(self, x: Tensor) -> Tensor:
        """A picture [N, 3, H, W] to a latent [N, dim, H/f, W/f], not quantised."""
        return self.quant_conv(self.encoder(x))

    def decode(self, z: Tensor) -> Tensor:
        """A latent [N, dim, h, w], quantised first, to a picture [N, 3, h * f, w * f], not clamped."""
        return self.decoder(self.post_quant_conv(self.quantize(z)))


class PixelUnshuffle(nn.Module):
    """Space to depth."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def encode(self, x: Tensor) -> Tensor:
        """[N, 3, H, W] to [N, 3 r^2, H/r, W/r]."""
        return F.pixel_unshuffle(x, self.factor)

    def decode(self, z: Tensor) -> Tensor:
        """The inverse of `encode`."""
        return F.pixel_shuffle(z, self.factor)
