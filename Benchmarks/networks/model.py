"""A model from its model.json: the same files that `resshift --model` takes."""

import json
from pathlib import Path

import torch
from torch import Tensor, nn

from .autoencoder import PixelUnshuffle, VQAutoencoder
from .sampler import Sampler
from .start import StartNetwork
from .unet import UNet


def read_state(file: Path) -> dict[str, Tensor]:
    """The weights of a .safetensors or .pth file in float32, without the buffers that some checkpoints carry."""
    if file.suffix == ".safetensors":
        from safetensors.torch import load_file

        state = load_file(file)
    else:
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("state_dict", state)
    buffers = ("attn_mask", "relative_position_index")
    return {
        name.removeprefix("module.").removeprefix("_orig_mod."): tensor.float()
        for name, tensor in state.items() if not name.endswith(buffers)
    }


def build_autoencoder(config: dict) -> nn.Module:
    """`config` is the section `autoencoder` of a model.json."""
    return PixelUnshuffle(config["pixel_unshuffle"]) if "pixel_unshuffle" in config else VQAutoencoder(config)


class Model:
    """Networks and sampler."""

    def __init__(self, config: dict, folder: Path) -> None:
        """`config` is a whole model.json, `folder` where the files are that it names."""
        self.config = config
        files = config["files"]
        # Built without memory of their own: the tensors of the files become the parameters.
        with torch.device("meta"):
            self.unet = UNet(config["unet"])
            self.autoencoder = build_autoencoder(config["autoencoder"])
            self.start = StartNetwork(config["start"], config["diffusion"]["sf"]) if "start" in config else None
        self.unet.load_state_dict(read_state(folder / files["unet"]), assign=True)
        if "autoencoder" in files:
            self.autoencoder.load_state_dict(read_state(folder / files["autoencoder"]), assign=True)
        if self.start is not None:
            self.start.load_state_dict(read_state(folder / files["start"]), assign=True)
        for network in (self.unet, self.autoencoder, self.start):
            if network is not None:
                network.eval().requires_grad_(False)
        self.sampler = Sampler(config["diffusion"])

    @classmethod
    def read(cls, file: Path) -> "Model":
        """From the path of a model.json."""
        return cls(json.loads(file.read_text()), file.parent)
