"""The runtimes that run in Python, each with the same three stages and its own kind of array.

A stage takes and gives arrays of the runtime: PyTorch tensors, or NumPy arrays for the two that run ONNX files.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Array = Any
STAGES = ("encoder", "unet", "decoder")


class Runtime(Protocol):
    """One loaded model."""

    def array(self, x: np.ndarray) -> Array:
        """What the stages take."""

    def numpy(self, x: Array) -> np.ndarray:
        """The opposite of `array`."""

    def enlarge(self, lq: Array, scale: int) -> Array:
        """Bicubic or by the model's start network, [1, 3, H, W] to [1, 3, H * scale, W * scale]."""

    def noise(self, shape: tuple[int, ...]) -> Array:
        """Standard normal numbers."""

    def encoder(self, y: Array) -> Array:
        """[1, 3, H * scale, W * scale] to [1, C, h, w]."""

    def unet(self, z: Array, step: int, lq: Array) -> Array:
        """[1, C, h, w], a 0-based step, [1, 3, H, W] to [1, C, h, w]."""

    def decoder(self, z: Array) -> Array:
        """[1, C, h, w] to [1, 3, H * scale, W * scale]."""


class PyTorch:
    """Eager PyTorch; `bf16`: autocast, with the weights of convolutions and linear layers converted beforehand."""

    def __init__(self, model: Path, threads: int, bf16: bool, layouts: dict[str, str]) -> None:
        """`layouts`: for each stage "contiguous_format" or "channels_last"."""
        import torch

        from networks.model import Model

        torch.set_num_threads(threads)
        self.torch, self.bf16 = torch, bf16
        self.model = Model.read(model)
        if bf16:
            for network in (self.model.unet, self.model.autoencoder, self.model.start):
                for layer in network.modules() if network is not None else ():
                    if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
                        layer.to(torch.bfloat16)
        self.layouts = dict.fromkeys((*STAGES, "start"), "contiguous_format")
        for stage, layout in layouts.items():
            self.set_layout(stage, layout)

    def set_layout(self, stage: str, layout: str) -> None:
        """Changes the order in memory of a stage's weights and input."""
        self.layouts[stage] = layout
        network = self.model.unet if stage == "unet" else getattr(self.model.autoencoder, stage, None)
        if network is not None:
            network.to(memory_format=getattr(self.torch, layout))

    def _run(self, stage: str, network: Callable[..., Array], x: Array, *others: Array) -> Array:
        x = x.contiguous(memory_format=getattr(self.torch, self.layouts[stage]))
        with self.torch.inference_mode(), self.torch.autocast("cpu", self.torch.bfloat16, enabled=self.bf16):
            return network(x, *others).float()

    def array(self, x: np.ndarray) -> Array:
        return self.torch.from_numpy(x)

    def numpy(self, x: Array) -> np.ndarray:
        return x.numpy()

    def enlarge(self, lq: Array, scale: int) -> Array:
        if self.model.start is not None:
            return self._run("start", self.model.start, lq)
        return self.torch.nn.functional.interpolate(lq, scale_factor=scale, mode="bicubic", align_corners=False)

    def noise(self, shape: tuple[int, ...]) -> Array:
        return self.torch.randn(shape)

    def encoder(self, y: Array) -> Array:
        return self._run("encoder", self.model.autoencoder.encode, y)

    def unet(self, z: Array, step: int, lq: Array) -> Array:
        return self._run("unet", self.model.unet, z, self.torch.tensor([step]), lq)

    def decoder(self, z: Array) -> Array:
        return self._run("decoder", self.model.autoencoder.decode, z)


class OnnxFiles:
    """What the runtimes of ONNX files share: NumPy around the three stages."""

    def __init__(self) -> None:
        self.generator = np.random.default_rng(1)

    def run(self, stage: str, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """One stage on the inputs of its file."""
        raise NotImplementedError

    def array(self, x: np.ndarray) -> np.ndarray:
        return x

    def numpy(self, x: np.ndarray) -> np.ndarray:
        return x

    def enlarge(self, lq: np.ndarray, scale: int) -> np.ndarray:
        from networks.sampler import bicubic

        return bicubic(lq, scale)

    def noise(self, shape: tuple[int, ...]) -> np.ndarray:
        return self.generator.standard_normal(shape, dtype=np.float32)

    def encoder(self, y: np.ndarray) -> np.ndarray:
        return self.run("encoder", {"y": y})

    def unet(self, z: np.ndarray, step: int, lq: np.ndarray) -> np.ndarray:
        return self.run("unet", {"z": z, "step": np.array([step]), "condition": lq})

    def decoder(self, z: np.ndarray) -> np.ndarray:
        return self.run("decoder", {"z": z})


class OnnxRuntime(OnnxFiles):
    """ONNX Runtime on its processor provider, graph optimisations at their default: all."""

    def __init__(self, folder: Path, threads: int) -> None:
        super().__init__()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.sessions = {
            stage: onnxruntime.InferenceSession(
                folder / f"{stage}.onnx", options, providers=["CPUExecutionProvider"])
            for stage in STAGES
        }

    def run(self, stage: str, inputs: dict[str, np.ndarray]) -> np.ndarray:
        return self.sessions[stage].run(None, inputs)[0]


class OpenVino(OnnxFiles):
    """OpenVINO on the ONNX files, tuned for latency."""

    def __init__(self, folder: Path, threads: int, bf16: bool) -> None:
        super().__init__()
        import openvino

        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
        }
        core = openvino.Core()
        self.requests = {
            stage: core.compile_model(folder / f"{stage}.onnx", "CPU", settings).create_infer_request()
            for stage in STAGES
        }

    def run(self, stage: str, inputs: dict[str, np.ndarray]) -> np.ndarray:
        return self.requests[stage].infer(inputs)["output"]


def load(name: str, folder: Path, threads: int, layouts: dict[str, str]) -> Runtime:
    """The runtime of that name on the files that `harness.prepare` made in `folder`."""
    if name.startswith("pytorch"):
        return PyTorch(folder / "realsr" / "model.json", threads, name == "pytorch-bf16", layouts)
    if name == "onnxruntime":
        return OnnxRuntime(folder / "onnx", threads)
    return OpenVino(folder / "onnx", threads, name == "openvino-bf16")


def timed(function: Callable[..., Array], *arguments: Any) -> tuple[Array, float]:
    """The result and the milliseconds that it took."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, (time.perf_counter() - start) * 1e3
