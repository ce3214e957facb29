#!/usr/bin/env python3
"""Records a small start network and what PyTorch makes of a picture with it: the fixture Tests/Fixtures/start of the engine's tests.

    python3 Benchmarks/networks/record.py Tests/Fixtures/start
"""

import argparse
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from networks.start import StartNetwork  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(16)
    network = StartNetwork({"channels": 32, "blocks": 3}, 4)
    with torch.no_grad():
        # Slopes as they may become in a training: of either sign, above 1, too.
        for activation in network.activations:
            activation.weight.uniform_(-0.5, 1.5)
        for name, parameter in network.named_parameters():
            parameter.mul_(2 if name.endswith("weight") and parameter.dim() == 4 else 1)
        lq = torch.rand(2, 3, 21, 18) * 2 - 1
        tensors = {"lq": lq, "y": network(lq), "first": network.activations[0](network.head((lq + 1) / 2))}
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, folder / "start.safetensors")
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "case0.safetensors")


if __name__ == "__main__":
    main()
