#!/usr/bin/env python3
"""Writes the average network of a run as a model folder: model.json and unet.safetensors in half precision."""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="the model.json that was trained")
    parser.add_argument("run", type=Path, help="the folder of the run")
    parser.add_argument("output", type=Path, help="the folder of the model")
    arguments = parser.parse_args()
    state = torch.load(arguments.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    weights = {name: value.to(torch.float16).contiguous() for name, value in state["average"].items()}
    if not all(value.isfinite().all() for value in weights.values()):
        raise SystemExit(f"{arguments.run}: weights beyond the range of half precision; train with a lower rate")
    arguments.output.mkdir(parents=True, exist_ok=True)
    save_file(weights, arguments.output / "unet.safetensors")
    target = arguments.output / "model.json"
    if not (target.exists() and target.samefile(arguments.model)):
        shutil.copyfile(arguments.model, target)
    print(f"{arguments.output}: after {state['iteration']} iterations; try it with resshift --model {arguments.output}")


if __name__ == "__main__":
    main()
