#!/usr/bin/env python3
"""Writes the average network of a run as a model folder: model.json and the network's file in half precision. Of several runs of one
network, such as before and after its time with a discriminator, the mean of their weights.

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
    parser.add_argument("run", type=Path, nargs="+", help="the folder of the run, or those of several")
    parser.add_argument("output", type=Path, help="the folder of the model")
    arguments = parser.parse_args()
    states = [torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True) for run in arguments.run]
    kinds = {"start" if "start" in state else "unet" for state in states}
    if len(kinds) > 1:
        raise SystemExit("these runs trained different networks, which have no mean")
    (kind,) = kinds
    name = read_json(arguments.model)["files"].get(kind)
    if name is None:
        raise SystemExit(f"{arguments.model}: names no file \"{kind}\" under \"files\", which is what this run trained")
    averages = [state["average"] for state in states]
    means = {key: sum(average[key].float() for average in averages) / len(averages) for key in averages[0]}
    weights = {key: value.to(torch.float16).contiguous() for key, value in means.items()}
    if not all(value.isfinite().all() for value in weights.values()):
        raise SystemExit(f"{arguments.run[0]}: weights beyond the range of half precision; train with a lower rate")
    arguments.output.mkdir(parents=True, exist_ok=True)
    save_file(weights, arguments.output / name)
    target = arguments.output / "model.json"
    if not (target.exists() and target.samefile(arguments.model)):
        shutil.copyfile(arguments.model, target)
    iterations = " and ".join(str(state["iteration"]) for state in states)
    print(f"{arguments.output}: {name} after {iterations} iterations; try it with resshift --model {arguments.output}")


if __name__ == "__main__":
    main()
