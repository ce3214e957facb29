#!/usr/bin/env python3
"""A contact sheet of held-out pairs: what is given (enlarged), what the model makes of it, the teacher's target, the original."""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from networks.model import Model  # noqa: E402
from training.pairs import count_of, name_of  # noqa: E402
from training.process import Process  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder of the model")
    parser.add_argument("pairs", type=Path, help="folder of pairs.py")
    parser.add_argument("sheet", type=Path, help="the PNG to write")
    parser.add_argument("--count", type=int, default=16, help="rows")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    model = Model.read(arguments.model / "model.json")
    unet = model.unet.to(arguments.device)
    process = Process(model.config)
    process.start = model.start.to(arguments.device) if model.start is not None else None
    random = torch.Generator().manual_seed(arguments.seed)
    rows = []
    for index in range(min(arguments.count, count_of(arguments.pairs))):
        pair = load_file(arguments.pairs / name_of(index))
        lq, target, original = (
            pair[name].permute(2, 0, 1)[None].float() / 127.5 - 1 for name in ("lq", "target", "original"))
        # The networks of the training take what fills their windows: the rest is cut off at the right and the bottom.
        side = min(lq.shape[2:]) // 8 * 8
        lq = lq[..., :side, :side]
        target, original = (x[..., :side * process.sf, :side * process.sf] for x in (target, original))
        made = process.restored(unet, lq.to(arguments.device), original.to(arguments.device), random).cpu()
        given = F.interpolate(lq, scale_factor=process.sf, mode="bicubic", align_corners=False)
        rows.append(torch.cat([given, made, target, original], dim=3)[0])
    sheet = ((torch.cat(rows, dim=1).clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(sheet.numpy())).save(arguments.sheet)
    print(f"{arguments.sheet}: given, made, teacher, original")


if __name__ == "__main__":
    main()
