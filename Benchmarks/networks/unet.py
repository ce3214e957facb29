"""The denoiser of ResShift: a UNet with Swin layers that sees the latent and the low-quality picture."""

import math

import torch
from torch import Tensor, nn

from .layers import GROUPS, Upsample, conv3x3
from .swin import SwinLayer


def step_embedding(step: Tensor, dim: int) -> Tensor:
    """[N] 0-based steps to [N, dim]: cosines, then sines, of falling frequency."""
    half = dim // 2
    frequencies = torch.exp(torch.arange(half, dtype=torch.float32, device=step.device) * (-math.log(10000) / half))
    angles = step[:, None].to(torch.float32) * frequencies
    return torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)


class ResBlock(nn.Module):
    """Two convolutions, the step's embedding as scale and shift of the second norm, plus the input."""

    def __init__(self, inputs: int, outputs: int, embedding: int) -> None:
        super().__init__()
        self.in_layers = nn.Sequential(nn.GroupNorm(GROUPS, inputs), nn.SiLU(), conv3x3(inputs, outputs))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, 2 * outputs))
        # The identity stands where the published block has its dropout, so that the convolution is number 3.
        self.out_layers = nn.Sequential(
            nn.GroupNorm(GROUPS, outputs), nn.SiLU(), nn.Identity(), conv3x3(outputs, outputs))
        self.skip_connection = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """x [N, inputs, H, W], embedding [N, E] to [N, outputs, H, W]."""
        norm, *rest = self.out_layers
        scale, shift = self.emb_layers(embedding)[:, :, None, None].chunk(2, dim=1)
        h = norm(self.in_layers(x)) * (1 + scale) + shift
        for layer in rest:
            h = layer(h)
        return self.skip_connection(x) + h


class Downsample(nn.Module):
    """A 3x3 convolution of stride 2."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.op = conv3x3(inputs, outputs, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] to [N, outputs, H/2, W/2]."""
        return self.op(x)


class Stage(nn.ModuleList):
    """Layers one after the other; the ResBlocks among them get the step's embedding, too."""

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        for layer in self:
            x = layer(x, embedding) if isinstance(layer, ResBlock) else layer(x)
        return x


def feature_extractor(config: dict) -> tuple[nn.Module, int]:
    """Brings the condition to the latent's size: the module and the channels of its output."""
    channels = 4 if config.get("cond_mask", False) else 3
    layers: list[nn.Module] = []
    width = 16
    for _ in range(int(math.log2(config["lq_size"] // config["image_size"]))):
        layers += [conv3x3(channels, width), nn.SiLU(), Downsample(width, 2 * width)]
        width *= 2
        channels = width
    return nn.Sequential(*layers), channels


class UNet(nn.Module):
    """`config` is the section `unet` of a model.json."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        self.model_channels = config["model_channels"]
        widths = [self.model_channels * mult for mult in config["channel_mult"]]
        embedding = 4 * self.model_channels
        depth = config["num_res_blocks"]
        depths = [depth] * len(widths) if isinstance(depth, int) else depth
        sizes = [config["image_size"] >> level for level in range(len(widths))]

        def stage(inputs: int, level: int, block: int) -> Stage:
            layers: list[nn.Module] = [ResBlock(inputs, widths[level], embedding)]
            if block == 0 and sizes[level] in config["attention_resolutions"]:
                layers.append(SwinLayer(config, widths[level], sizes[level]))
            return Stage(layers)

        self.time_embed = nn.Sequential(
            nn.Linear(self.model_channels, embedding), nn.SiLU(), nn.Linear(embedding, embedding))
        self.feature_extractor, condition = feature_extractor(config)

        channels = widths[0]
        self.input_blocks = nn.ModuleList([Stage([conv3x3(config["in_channels"] + condition, channels)])])
        skips = [channels]
        for level, width in enumerate(widths):
            for block in range(depths[level]):
                self.input_blocks.append(stage(channels, level, block))
                channels = width
                skips.append(channels)
            if level < len(widths) - 1:
                self.input_blocks.append(Stage([Downsample(channels, channels)]))
                skips.append(channels)

        self.middle_block = Stage([
            ResBlock(channels, channels, embedding), SwinLayer(config, channels, sizes[-1]),
            ResBlock(channels, channels, embedding),
        ])

        self.output_blocks = nn.ModuleList()
        for level in reversed(range(len(widths))):
            for block in range(depths[level] + 1):
                self.output_blocks.append(stage(channels + skips.pop(), level, block))
                channels = widths[level]
            if level > 0:
                self.output_blocks[-1].append(Upsample(channels))
        self.out = nn.Sequential(nn.GroupNorm(GROUPS, channels), nn.SiLU(), conv3x3(channels, config["out_channels"]))

    def forward(self, z: Tensor, step: Tensor, condition: Tensor) -> Tensor:
        """z [N, C, h, w], step [N] (0-based), condition [N, 3 or 4, H, W] in [-1, 1] to [N, C, h, w]."""
        embedding = self.time_embed(step_embedding(step, self.model_channels))
        h = torch.cat([z, self.feature_extractor(condition)], dim=1)
        skips: list[Tensor] = []
        for block in self.input_blocks:
            h = block(h, embedding)
            skips.append(h)
        h = self.middle_block(h, embedding)
        for block in self.output_blocks:
            h = block(torch.cat([h, skips.pop()], dim=1), embedding)
        return self.out(h)
