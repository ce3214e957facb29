"""Checks the PyTorch networks against the tensors recorded for the tests of this repository."""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from networks.model import Model
from networks.sampler import Sampler, bicubic

REPOSITORY = Path(__file__).resolve().parents[2]
FIXTURES = REPOSITORY / "Tests" / "Fixtures"
# Mean square of the difference over that of the record. Float32 rounding through a network leaves about 1e-12.
TOLERANCE = 1e-9


def nmse(found: Tensor, recorded: Tensor) -> float:
    """Mean square of the difference over that of the recorded values."""
    return float((found - recorded).square().mean() / recorded.square().mean())


def load(name: str) -> Model:
    """A model of the fixtures; those that once shipped have a model.json there."""
    if (FIXTURES / name / "model.json").exists():
        return Model.read(FIXTURES / name / "model.json")
    config = json.loads((FIXTURES / name / "config.json").read_text())
    return Model(config | {"files": {"unet": "unet.pth", "autoencoder": "autoencoder.pth"}}, FIXTURES / name)


@torch.inference_mode()
def case_errors(name: str, number: int) -> dict[str, float]:
    """The error of each recorded stage of one restoration, each from recorded input."""
    model, recorded = load(name), load_file(FIXTURES / name / f"case{number}.safetensors")
    sampler: Sampler = model.sampler
    sf, scale = model.config["diffusion"]["sf"], model.config["diffusion"]["scale_factor"]
    lq, zy = recorded["lq"], recorded["z_y"]
    condition = torch.cat([lq, recorded["mask"]], 1) if "mask" in recorded else lq
    y = lq if sf == 1 else F.interpolate(lq, scale_factor=sf, mode="bicubic", align_corners=False)
    errors = {"encoder": nmse(model.autoencoder.encode(y) * scale, zy)}

    def draw(index: int) -> Tensor:
        return recorded["noise.prior" if index == 0 else f"noise.step{index - 1}"]

    z = sampler.prior(zy, draw(0))
    for index, t in enumerate(range(sampler.steps, 0, -1)):
        output = model.unet(sampler.network_input(z, t), torch.tensor([t - 1]), condition)
        start = sampler.start(output, zy)
        errors[f"UNet, step {index}"] = nmse(start, recorded[f"step{index}.pred_xstart"])
        z = sampler.step(z, t, start, draw(index + 1) if t > 1 else None)
        errors[f"sample {index}"] = nmse(z, recorded[f"step{index}.sample"])
        z = recorded[f"step{index}.sample"]

    output = model.autoencoder.decode(z / scale)
    # The recorded output is clamped for some models and not for others.
    clamped = float(recorded["output"].abs().max()) <= 1
    errors["decoder"] = nmse(output.clamp(-1, 1) if clamped else output, recorded["output"])

    chain = sampler.sample(zy, draw, lambda z, step: model.unet(z, torch.tensor([step]), condition))
    errors["whole chain"] = nmse(chain, z)
    return errors


def bicubic_errors() -> dict[str, float]:
    """Both enlargements, NumPy's of `networks.sampler` and PyTorch's."""
    recorded = load_file(FIXTURES / "bicubic.safetensors")
    errors = {}
    for name in (name for name in recorded if name.startswith("x")):
        x, y, scale = recorded[name], recorded["y" + name[1:]], int(name[-1])
        errors[name] = max(
            nmse(torch.from_numpy(bicubic(x.numpy(), scale)), y),
            nmse(F.interpolate(x, scale_factor=scale, mode="bicubic", align_corners=False), y))
    return errors


def main() -> int:
    """Prints one line for each recorded restoration; the status is 1 if any is off."""
    # Without a model are those of start networks: they were recorded from the networks here (networks/record.py).
    cases = sorted(file for kind in ("config", "model") for model in FIXTURES.glob(f"*/{kind}.json")
                   for file in model.parent.glob("case*.safetensors"))
    if not cases:
        print(f"{FIXTURES}: no recorded cases", file=sys.stderr)
        return 1
    results = {"bicubic": bicubic_errors()}
    results |= {f"{file.parent.name} {file.stem}": case_errors(file.parent.name, int(file.stem[4:])) for file in cases}
    for name, errors in results.items():
        stage, worst = max(errors.items(), key=lambda item: item[1])
        print(f"{name:24} {'ok ' if worst < TOLERANCE else 'OFF'} {len(errors):3} stages, worst {worst:.1e} ({stage})")
    return 0 if all(error < TOLERANCE for errors in results.values() for error in errors.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
