"""The start of the diffusion as a network: it enlarges the low-quality picture, and diffusion shifts the rest."""

import torch.nn.functional as F
from torch import Tensor, nn

from .layers import conv3x3


class StartNetwork(nn.Module):
    """Convolutions at the input's resolution, each but the last with a leaky ReLU of learnt slopes, then a pixel shuffle, added to
    the picture enlarged by nearest neighbour. `config` is the section `start` of a model.json, `sf` the enlargement."""

    def __init__(self, config: dict, sf: int) -> None:
        super().__init__()
        channels, blocks = config["channels"], config["blocks"]
        self.sf = sf
        self.head = conv3x3(3, channels)
        self.blocks = nn.ModuleList([conv3x3(channels, channels) for _ in range(blocks)])
        # activations.0 follows the head, activations.i the block i - 1.
        self.activations = nn.ModuleList([nn.PReLU(channels, init=0.1) for _ in range(blocks + 1)])
        self.tail = conv3x3(channels, 3 * sf * sf)

    def forward(self, lq: Tensor) -> Tensor:
        """[N, 3, h, w] in [-1, 1] to [N, 3, sf h, sf w], not clamped. Inside it works in 0...1, so that the zeros around a
        picture are black."""
        x = (lq + 1) / 2
        h = self.activations[0](self.head(x))
        for block, activation in zip(self.blocks, self.activations[1:]):
            h = activation(block(h))
        detail = F.pixel_shuffle(self.tail(h).float(), self.sf)
        return (detail + F.interpolate(x, scale_factor=float(self.sf), mode="nearest")) * 2 - 1
