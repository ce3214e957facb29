"""Averages, checkpoints, and weights taken over from another model."""

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from .ncnn_graph import Graph


class Average:
    """The exponential moving average of a network's weights, which is what is exported."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, iteration: int) -> None:
        # Young averages forget faster, or the start would stay in them for long.
        decay = min(self.decay, (1 + iteration) / (10 + iteration))
        for name, value in network.state_dict().items():
            self.state[name].lerp_(value, 1 - decay)


def save(file: Path, state: dict) -> None:
    """Replaces the file only when all is written."""
    part = file.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, file)


def start_of_graph(param: Path) -> dict[str, Tensor]:
    """The weights of a start network from an ncnn graph that is one: convolutions with a PReLU after each but the last, then a
    pixel shuffle, added to the picture enlarged by nearest neighbour (Real-ESRGAN's realesr-animevideov3)."""
    graph = Graph(param)
    kinds = [layer.kind for layer in graph.layers if layer.kind != "Split"]
    blocks = len(graph.convolutions) - 2
    if kinds != ["Input"] + ["Convolution", "PReLU"] * (blocks + 1) + ["Convolution", "PixelShuffle", "Interp", "BinaryOp"]:
        raise SystemExit(f"{param}: is not a graph of the kind that a start network is")
    names = ["head", *(f"blocks.{i}" for i in range(blocks)), "tail"]
    state = {}
    for name, convolution in zip(names, graph.convolutions.values()):
        state[f"{name}.weight"], state[f"{name}.bias"] = convolution.weight.data, convolution.bias.data
    return state | {f"activations.{i}.weight": slopes.data for i, slopes in enumerate(graph.slopes.values())}


def take_over(network: nn.Module, state: dict[str, Tensor]) -> tuple[int, int]:
    """Copies the tensors that fit; returns how many did and how many the network has.

    A first condition convolution with a mask serves a network without one: the mask is -1 where all is known, so its
    weights go into the bias. The other way round the mask begins without a say.
    """
    state = dict(state)
    own = network.state_dict()
    first, bias = "feature_extractor.0.weight", "feature_extractor.0.bias"
    if first in own and first in state:
        before, now = state[first].shape[1], own[first].shape[1]
        if (before, now) == (4, 3):
            state[bias] = state[bias] - state[first][:, 3].sum(dim=(1, 2))
            state[first] = state[first][:, :3]
        elif (before, now) == (3, 4):
            state[first] = torch.nn.functional.pad(state[first], (0, 0, 0, 0, 0, 1))
    fitting = {name: value for name, value in state.items() if name in own and own[name].shape == value.shape}
    network.load_state_dict(fitting, strict=False)
    return len(fitting), len(own)
