#!/usr/bin/env python3
"""Writes the average network of a run as a model folder: model.json and the network's file in half precision.

A model with a start network is two runs (train.py --network start, then train.py --start): each is written into the same folder.
"""

import argparse
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from training.samples import read_json  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="the model.json that was trained")
    parser.add_argument("run", type=Path, help="the folder of the run")
    parser.add_argument("output", type=Path, help="the folder of the model")
    arguments = parser.parse_args()
    state = torch.load(arguments.run / "checkpoint.pt", map_location="cpu", weights_only=True)
    kind = "start" if "start" in state else "unet"
    name = read_json(arguments.model)["files"].get(kind)
    if name is None:
        raise SystemExit(f"{arguments.model}: names no file \"{kind}\" under \"files\", which is what this run trained")
    weights = {name: value.to(torch.float16).contiguous() for name, value in state["average"].items()}
    if not all(value.isfinite().all() for value in weights.values()):
        raise SystemExit(f"{arguments.run}: weights beyond the range of half precision; train with a lower rate")
    arguments.output.mkdir(parents=True, exist_ok=True)
    save_file(weights, arguments.output / name)
    target = arguments.output / "model.json"
    if not (target.exists() and target.samefile(arguments.model)):
        shutil.copyfile(arguments.model, target)
    print(f"{arguments.output}: {name} after {state['iteration']} iterations; try it with resshift --model {arguments.output}")


if __name__ == "__main__":
    main()
