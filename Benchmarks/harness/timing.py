"""The measurements: who runs when, and what is kept of it."""

import json
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import child

# What each column is called, and the package that it needs.
RUNTIMES = {
    "resshift": ("resshift", None),
    "resshift-bf16": ("resshift bf16", None),
    "pytorch": ("PyTorch", "torch"),
    "pytorch-bf16": ("PyTorch bf16", "torch"),
    "onnxruntime": ("ONNX Runtime", "onnxruntime"),
    "openvino": ("OpenVINO", "openvino"),
    "openvino-bf16": ("OpenVINO bf16", "openvino"),
}
# Those that run the built-in model file to file.
FILE_RUNTIMES = ("resshift", "resshift-bf16", "pytorch", "pytorch-bf16")


def is_ours(name: str) -> bool:
    """Whether it is the command of this repository."""
    return name.startswith("resshift")


def precision(name: str) -> list[str]:
    """What the command is told."""
    return ["--precision", "bf16" if name.endswith("-bf16") else "float32"]

# A measurement in which the machine stood still for longer is thrown away and repeated, whichever runtime it is.
LONGEST_STALL_MS = 250
ATTEMPTS = 10

# One list of measurements for each part ("realsr", "compact"), thread count, runtime and quantity, in milliseconds;
# "peak_mb" in 10^6 bytes.
Samples = dict[str, dict[int, dict[str, dict[str, list[float]]]]]


class Disagreement(Exception):
    """The runtimes do not compute the same."""


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Session:
    """One comparison: the folder that `harness.prepare` filled, and what runs where."""

    folder: Path
    resshift: Path
    runtimes: list[str]
    cores: list[int]
    samples: Samples = field(default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(dict))))
    layouts: dict = field(default_factory=dict)
    plan: str = ""

    def prepare(self, parts: list[str]) -> None:
        """Makes models, pictures and ONNX files."""
        say("preparing: random weights, ONNX files, pictures")
        export = any(name.startswith(("onnx", "openvino")) for name in self.runtimes)
        child.python("prepare", {"folder": str(self.folder), "parts": parts, "export": export}, self.cores)

    # The published architecture

    def _restore(self, action: str, runtime: str, cores: list[int]) -> tuple[dict, child.Child]:
        job = {
            "action": action, "runtime": runtime, "folder": str(self.folder), "threads": len(cores),
            "layouts": self.layouts.get(runtime, {}),
        }
        return child.python("restore", job, cores)

    def check_realsr(self) -> dict:
        """What the runtimes' outputs differ by. Raises `Disagreement`."""
        runtimes = [name for name in RUNTIMES if name in self.runtimes or name == "pytorch"]
        for name in runtimes:
            say(f"agreement: {name}")
            if is_ours(name):
                self._upscale("realsr-quiet", "small.png", f"small-{name}.png", self.cores, "--tile", "0",
                              "--tone-match", "off", "--bit-depth", "16", *precision(name))
            else:
                self._restore("check", name, self.cores)
        return self._agreement({"action": "realsr", "folder": str(self.folder), "runtimes": runtimes})

    def time_realsr(self, threads: int, rounds: int) -> None:
        """Every runtime once in each round, in turn."""
        cores = self.cores[:threads]
        for name in self.runtimes:
            if name.startswith("pytorch") and name not in self.layouts:
                say(f"order in memory: {name}")
                self.layouts[name] = self._restore("layouts", name, cores)[0]
        for number in range(rounds):
            for name in self.runtimes:
                self._measure("realsr", name, cores, f"round {number + 1} of {rounds}", self._realsr_once)

    def _realsr_once(self, name: str, cores: list[int]) -> tuple[dict[str, float], child.Child]:
        if not is_ours(name):
            return self._restore("time", name, cores)
        model = str(self.folder / "realsr" / "model.json")
        process = child.run(
            [str(self.resshift), "bench", "--model", model, "--threads", str(len(cores)), "--json", *precision(name)],
            cores)
        found = json.loads(process.stdout)
        keys = {"encoder": "encode_ms", "unet": "unet_ms", "decoder": "decode_ms", "whole": "total_ms"}
        return {quantity: found[key] for quantity, key in keys.items()}, process

    # The built-in model, file to file

    def _upscale(self, model: str, source: str, target: str, cores: list[int], *options: str) -> child.Child:
        """The command itself; anything that it says would mean other tiles than planned."""
        process = child.run(
            [
                str(self.resshift), "upscale", str(self.folder / source), "--output", str(self.folder / target),
                "--model", str(self.folder / model / "model.json"), "--threads", str(len(cores)), *options
            ], cores)
        if process.stderr:
            raise child.ChildError(f"resshift: {process.stderr.strip()}")
        return process

    def _upscale_pytorch(self, runtime: str, model: str, target: str, cores: list[int]) -> tuple[dict, child.Child]:
        job = {
            "model": str(self.folder / model / "model.json"), "input": str(self.folder / "photo.png"),
            "output": str(self.folder / target), "threads": len(cores), "bf16": runtime == "pytorch-bf16",
            "layout": self.layouts.get(runtime + " compact"),
        }
        return child.python("upscale_file", job, cores)

    def check_compact(self) -> dict:
        """The same for the picture of the built-in model."""
        runtimes = [name for name in FILE_RUNTIMES if name in self.runtimes or name == "pytorch"]
        for name in runtimes:
            say(f"agreement: {name}, built-in model")
            if is_ours(name):
                self._upscale("compact-quiet", "photo.png", f"photo-{name}.png", self.cores, *precision(name))
            else:
                found = self._upscale_pytorch(name, "compact-quiet", "", self.cores)[0]
                self.layouts[name + " compact"], self.plan = found["layout"], found["plan"]
                self._upscale_pytorch(name, "compact-quiet", f"photo-{name}.png", self.cores)
        return self._agreement({"action": "compact", "folder": str(self.folder), "runtimes": runtimes})

    def time_compact(self, threads: int, rounds: int) -> None:
        """`whole` is the whole process of resshift, and PyTorch's without interpreter and imports."""
        cores = self.cores[:threads]
        runtimes = [name for name in self.runtimes if name in FILE_RUNTIMES]
        for number in range(rounds):
            for name in runtimes:
                self._measure("compact", name, cores, f"round {number + 1} of {rounds}", self._compact_once)

    def _compact_once(self, name: str, cores: list[int]) -> tuple[dict[str, float], child.Child]:
        if is_ours(name):
            process = self._upscale("compact", "photo.png", "result.png", cores, *precision(name))
            whole = process.wall_ms
        else:
            found, process = self._upscale_pytorch(name, "compact", "result.png", cores)
            whole = found["ms"]
        return {"whole": whole, "process": process.wall_ms}, process

    def _agreement(self, job: dict) -> dict:
        found = child.python("agreement", job, self.cores)[0]
        if found["problems"]:
            raise Disagreement("; ".join(found["problems"]))
        return found["found"]

    def _measure(
        self, part: str, name: str, cores: list[int], label: str,
        once: Callable[[str, list[int]], tuple[dict[str, float], child.Child]]
    ) -> None:
        """Keeps what `once` measures."""
        label = f"{part}, threads {len(cores)}, {label}: {name}"
        for _ in range(ATTEMPTS):
            values, process = once(name, cores)
            if process.stall_ms <= LONGEST_STALL_MS:
                break
            say(f"{label}: the machine stood still for {process.stall_ms / 1e3:.1f} s; once more")
        else:
            raise child.ChildError("the machine keeps standing still; close other programs, or choose other --cores")
        for quantity, value in (values | {"peak_mb": process.peak_mb}).items():
            self.samples[part][len(cores)][name].setdefault(quantity, []).append(value)
        say(f"{label} {values['whole'] / 1e3:.2f} s")
