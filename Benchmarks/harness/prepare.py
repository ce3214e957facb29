"""Child process: makes the models, pictures and ONNX files that all runtimes share. Prints nothing but a JSON line."""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from networks.autoencoder import VQAutoencoder
from networks.model import Model, build_autoencoder
from networks.sampler import bicubic
from networks.unet import UNet

SHIPPED = Path(__file__).resolve().parents[2] / "plugin" / "models"
SEED = 1
# Noise so small that every generator gives the same picture: for comparing whole restorations.
QUIET_KAPPA = 1e-6
SIDE = 64  # of the input of the published architecture, in pixels


def random_state(network: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Activations stay near unit size: matrices of deviation 1 / sqrt(inputs), norms near 1, biases near 0."""
    state = {}
    for name, parameter in network.state_dict().items():
        uniform = 2 * torch.rand(parameter.shape, generator=generator) - 1
        if parameter.dim() > 1:
            state[name] = uniform * (3 / parameter[0].numel()) ** 0.5
        else:
            state[name] = 0.1 * uniform + (1 if name.endswith("weight") else 0)
    return state


def random_picture(side: int, seed: int) -> np.ndarray:
    """[side, side, 3], 8 bits: soft shapes under fine grain."""
    generator = np.random.default_rng(seed)
    soft = bicubic(generator.uniform(40, 215, (1, 3, side // 16, side // 16)).astype(np.float32), 16)[0]
    grain = generator.normal(0, 6, soft.shape)
    return np.clip(np.rint(soft + grain), 0, 255).astype(np.uint8).transpose(1, 2, 0)


def write_model(folder: Path, config: dict, weights: list[Path]) -> None:
    """A model's folder, and beside it one with `-quiet` in its name: the same weights, hardly any noise."""
    quiet = config | {"diffusion": config["diffusion"] | {"kappa": QUIET_KAPPA}}
    for path, content in ((folder, config), (folder.with_name(folder.name + "-quiet"), quiet)):
        path.mkdir(exist_ok=True)
        (path / "model.json").write_text(json.dumps(content, indent=1))
        for file in weights:
            if not (path / file.name).exists():
                os.link(file, path / file.name)


def prepare_realsr(folder: Path, export: bool) -> None:
    """The architecture of realsr-x4 with random weights, and its inputs."""
    config = json.loads((SHIPPED / "realsr-x4-v3" / "model.json").read_text())
    del config["source"]
    files = {"unet": "unet.safetensors", "autoencoder": "autoencoder.safetensors"}
    config |= {"title": "Random weights", "licence": "none", "files": files}
    with torch.device("meta"):
        networks = {"unet": UNet(config["unet"]), "autoencoder": build_autoencoder(config["autoencoder"])}
    generator = torch.Generator().manual_seed(SEED)
    model = folder / "realsr"
    model.mkdir()
    for part, network in networks.items():
        save_file(random_state(network, generator), model / files[part])
    write_model(model, config, [model / file for file in files.values()])

    picture = random_picture(SIDE, SEED)
    Image.fromarray(picture).save(folder / "small.png")
    lq = picture.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
    latent = np.random.default_rng(SEED).normal(0, 1, (2, 1, 3, SIDE, SIDE)).astype(np.float32)
    np.savez(folder / "inputs.npz", lq=lq, y=bicubic(lq, config["diffusion"]["sf"]), z=latent[0], code=0.6 * latent[1])
    if export:
        export_onnx(folder)


class Encode(nn.Module):
    """The encoder as a module of its own."""

    def __init__(self, autoencoder: VQAutoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, y: Tensor) -> Tensor:
        return self.autoencoder.encode(y)


class Decode(Encode):
    """The decoder as a module of its own."""

    def forward(self, z: Tensor) -> Tensor:
        return self.autoencoder.decode(z)


def export_onnx(folder: Path) -> None:
    """One ONNX file for each stage, of fixed sizes, which suits every runtime best."""
    model = Model.read(folder / "realsr" / "model.json")
    inputs = {name: torch.from_numpy(array) for name, array in np.load(folder / "inputs.npz").items()}
    (folder / "onnx").mkdir()
    stages: dict[str, tuple[nn.Module, dict[str, Tensor]]] = {
        "encoder": (Encode(model.autoencoder), {"y": inputs["y"]}),
        "unet": (model.unet, {"z": inputs["z"], "step": torch.tensor([3]), "condition": inputs["lq"]}),
        "decoder": (Decode(model.autoencoder), {"z": inputs["code"]}),
    }
    for name, (module, arguments) in stages.items():
        torch.onnx.export(
            module.eval(), tuple(arguments.values()), folder / "onnx" / f"{name}.onnx",
            input_names=list(arguments), output_names=["output"], dynamo=True, verbose=False)


def prepare_compact(folder: Path) -> None:
    """The built-in model as it ships, and a picture for it."""
    config = json.loads((SHIPPED / "compact-sr-x4" / "model.json").read_text())
    model = folder / "compact"
    model.mkdir()
    files = [model / name for name in config["files"].values()]
    for file in files:
        shutil.copy(SHIPPED / "compact-sr-x4" / file.name, file)
    write_model(model, config, files)
    Image.fromarray(random_picture(512, SEED)).save(folder / "photo.png")


def main() -> None:
    """The argument is a JSON object: folder, parts ("realsr", "compact"), export (whether ONNX files are wanted)."""
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    if "realsr" in job["parts"]:
        prepare_realsr(folder, job["export"])
    if "compact" in job["parts"]:
        prepare_compact(folder)
    print(json.dumps({"parameters": sum(file.stat().st_size for file in folder.glob("*/*.safetensors")) // 4}))


if __name__ == "__main__":
    main()
