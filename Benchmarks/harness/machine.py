"""What it was measured on and with."""

import os
import shutil
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# What makes each runtime take a processor for one with AVX2 only. ONNX Runtime has no such switch.
HELD_TO = {
    "avx2": {
        "RESSHIFT_ISA": "avx2",
        "OPENBLAS_CORETYPE": "Haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    },
}
# Where a build leaves the command, for those who have not installed it.
BUILT = [REPOSITORY / ".build" / "stage" / "bin" / "resshift", REPOSITORY / ".build" / "release" / "resshift"]


def find_resshift(given: str | None) -> Path | None:
    """The command: as given, from PATH, or from a build in this repository; None if there is none."""
    if given is None:
        found = shutil.which("resshift")
        candidates = [Path(found)] if found else BUILT
    else:
        candidates = [Path(given)]
    return next((path.resolve() for path in candidates if os.access(path, os.X_OK) and path.is_file()), None)


def missing_packages(packages: set[str]) -> list[str]:
    """Those that cannot be imported."""
    return sorted(package for package in packages if util.find_spec(package) is None)


def bf16_instructions() -> list[str]:
    """What the processor has for bfloat16."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    flags = next((line.split(":", 1)[1].split() for line in lines if line.startswith("flags")), [])
    return [flag for flag in ("avx512_bf16", "amx_bf16") if flag in flags]


def pytorch_instructions() -> set[str]:
    """What PyTorch's own kernels and its oneDNN take the processor for, in their words."""
    program = """
import torch
print("isa:" + torch.backends.cpu.get_cpu_capability())
with torch.inference_mode():
    torch.nn.Conv2d(64, 64, 3)(torch.zeros(1, 64, 32, 32))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env=os.environ | {"ONEDNN_VERBOSE": "1"})
    return {line.rpartition("isa:")[2].strip() for line in run.stdout.splitlines() if "isa:" in line}


def describe(resshift: Path, packages: set[str], held_to: str | None) -> dict:
    """Processor and what it is held to, number of cores, and versions."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    if held_to:
        processor += f" held to {held_to.upper()}"
    version = subprocess.run([resshift, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "bf16": [] if held_to else bf16_instructions(),
        "resshift": version,
        "packages": {package: metadata.version(package) for package in sorted(packages)},
    }
