"""Child process: PyTorch enlarges one file with a pixel-unshuffle model, in the tiles that resshift chooses.

Encoding and decoding only move numbers, so they are done in one piece, which is no slower. Prints a JSON line. The
argument is a JSON object with `model`, `input`, `output`, `threads`, `bf16` and `layout`; null there finds the faster.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from harness.runtimes import PyTorch, timed
from networks.model import Model
from networks.tiles import TileBlender, TilePlan, default_plan

# The level at which resshift writes PNG files.
PNG_LEVEL = 4


def read_picture(file: Path) -> Tensor:
    """[1, 3, H, W] in [-1, 1]."""
    pixels = torch.from_numpy(np.array(Image.open(file).convert("RGB")))
    return pixels.permute(2, 0, 1)[None].float() / 127.5 - 1


def write_picture(x: Tensor, file: Path) -> None:
    """[1, 3, H, W] in [-1, 1] to an 8-bit PNG."""
    pixels = ((x[0] + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(file, compress_level=PNG_LEVEL)


def plan_for(model: Model, lq: Tensor) -> TilePlan:
    """The tiles for a picture whose sides are multiples of lq_size, where a latent position is one pixel of it."""
    height, width = lq.shape[2:]
    unet = model.config["unet"]
    if height % unet["lq_size"] or width % unet["lq_size"] or unet["lq_size"] != unet["image_size"]:
        raise ValueError(f"no tiles for a picture of {width}x{height}: sides must be multiples of {unet['lq_size']}")
    return default_plan(model.config, height, width)


def restore(runtime: PyTorch, plan: TilePlan, lq: Tensor) -> Tensor:
    """[1, 3, H, W] to [1, 3, H sf, W sf]: one latent for the whole; each step predicts tile by tile and blends."""
    model = runtime.model
    diffusion = model.config["diffusion"]
    zy = model.autoencoder.encode(runtime.enlarge(lq, diffusion["sf"])) * diffusion["scale_factor"]

    def cut(x: Tensor, y0: int, x0: int) -> Tensor:
        return x[:, :, y0:y0 + plan.tile[0], x0:x0 + plan.tile[1]]

    def predict(z: Tensor, step: int) -> Tensor:
        blender = TileBlender(plan, channels=z.shape[1])
        for origin in plan.origins:
            blender.add(runtime.unet(cut(z, *origin), step, cut(lq, *origin)), origin)
        return blender.result()

    z = model.sampler.sample(zy, lambda _: runtime.noise(tuple(zy.shape)), predict)
    return model.autoencoder.decode(z / diffusion["scale_factor"]).clamp(-1, 1)


def faster_layout(runtime: PyTorch, plan: TilePlan, lq: Tensor) -> str:
    """The order in memory in which a step over one tile takes less time."""
    tile = lq[:, :, :plan.tile[0], :plan.tile[1]]
    z = runtime.noise((1, runtime.model.config["unet"]["in_channels"], *plan.tile))
    times = {}
    for layout in ("contiguous_format", "channels_last"):
        runtime.set_layout("unet", layout)
        times[layout] = min(timed(runtime.unet, z, 3, tile)[1] for _ in range(3))
    return min(times, key=times.__getitem__)


def main() -> None:
    """See above; `ms` counts from here on: neither the interpreter's start nor the imports."""
    job = json.loads(sys.argv[1])

    def run() -> dict:
        layouts = {"unet": job["layout"]} if job["layout"] else {}
        runtime = PyTorch(Path(job["model"]), job["threads"], job["bf16"], layouts)
        lq = read_picture(Path(job["input"]))
        plan = plan_for(runtime.model, lq)
        if job["layout"] is None:
            return {"layout": faster_layout(runtime, plan, lq), "plan": str(plan)}
        with torch.inference_mode():
            write_picture(restore(runtime, plan, lq), Path(job["output"]))
        return {}

    result, ms = timed(run)
    print(json.dumps(result | {"ms": ms}))


if __name__ == "__main__":
    main()
