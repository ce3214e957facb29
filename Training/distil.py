#!/usr/bin/env python3
"""Makes an enlarging model from photographs and a teacher, with one command: pairs, training, export, a sheet of hold-outs.

A model with a section "start" gets its start network first, in six tenths of the training's time. Everything lies in one folder. The same command given again goes on where it was stopped.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Benchmarks"), str(HERE)]

from training.samples import read_json  # noqa: E402


def main() -> None:
    on_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder for pairs/, held/, run/, model/ and sheet.png")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photographs")
    parser.add_argument("--hold-out", type=Path, required=True, help="names that are never trained on, one a line")
    parser.add_argument("--model", type=Path, default=HERE / "settings" / "distillation-model.json")
    parser.add_argument("--settings", type=Path, help="default: distillation.json (start-unet.json for a model with a start) with a GPU, -cpu without")
    parser.add_argument(
        "--start-settings", type=Path, help="of the start network; default: start.json with a GPU, start-cpu.json without")
    parser.add_argument("--teacher", type=Path, help="its .param file, with the .bin beside it; default: that of the package")
    parser.add_argument("--start-from", type=Path, help="weights to begin with, as far as they fit")
    parser.add_argument("--begin-start-from", type=Path, help="the same for the start network; an ncnn graph (.param), too")
    parser.add_argument("--minutes", type=float, default=25, help="for all of it: a third for pairs, the rest for the training")
    parser.add_argument("--device", default="cuda" if on_gpu else "cpu")
    parser.add_argument("--threads", type=int, help="of PyTorch, on a CPU")
    parser.add_argument("--workers", type=int, default=12 if on_gpu else 0, help="processes that make samples")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    usual = "distillation.json" if arguments.device.startswith("cuda") else "distillation-cpu.json"
    begun = time.monotonic()
    output = arguments.output
    pairs, held, run, model, sheet = (output / name for name in ("pairs", "held", "run", "model", "sheet.png"))
    config = read_json(arguments.model)
    has_start = "start" in config
    settings = arguments.settings or HERE / "settings" / (usual.replace("distillation", "start-unet") if has_start else usual)
    seed = ["--seed", arguments.seed]
    machine = ["--device", arguments.device, "--workers", arguments.workers]
    machine += ["--threads", arguments.threads] if arguments.threads else []
    photographs = ["--photos", arguments.photos, "--hold-out", arguments.hold_out, *machine]
    photographs += ["--teacher", arguments.teacher] if arguments.teacher else []
    photographs += ["--factor", config["diffusion"]["sf"]]

    def remaining() -> float:
        return arguments.minutes - (time.monotonic() - begun) / 60

    # Few, for validation and the sheet; from another seed, so that nobody takes them for the others.
    step("pairs.py", settings, held, "--held", "--count", 16, "--seed", arguments.seed + 1, *photographs)
    step("pairs.py", settings, pairs, "--minutes", arguments.minutes / 3, *seed, *photographs)
    start: list[object] = []
    if has_start:
        start_settings = arguments.start_settings or HERE / "settings" / usual.replace("distillation", "start")
        minutes = max(0.01, 0.6 * remaining())
        step("train.py", arguments.model, start_settings, "--network", "start", "--pairs", pairs, "--held-pairs", held,
             "--run", output / "run-start", "--fit-minutes", minutes, "--minutes", minutes, *seed, *machine,
             *(["--start-from", arguments.begin_start_from] if arguments.begin_start_from else []))
        step("export.py", arguments.model, output / "run-start", model)
        start = ["--start", model / config["files"]["start"]]
    # Two minutes, or a tenth where there are few, for the beginning of the training, the export and the sheet.
    minutes = max(0.01, remaining() - min(2, arguments.minutes / 10))
    start += ["--start-from", arguments.start_from] if arguments.start_from else []
    step("train.py", arguments.model, settings, "--pairs", pairs, "--held-pairs", held, "--run", run,
         "--fit-minutes", minutes, "--minutes", minutes, *start, *seed, *machine)
    step("export.py", arguments.model, run, model)
    step("sheet.py", model, held, sheet, "--device", arguments.device)
    print(f"{output}: done after {(time.monotonic() - begun) / 60:.1f} minutes")


def step(program: str, *words: object) -> None:
    """One of the programs beside this one; its failure ends this one with the message that it printed."""
    print(f"-- {program}", flush=True)
    result = subprocess.run([sys.executable, HERE / program, *map(str, words)])
    if result.returncode != 0:
        raise SystemExit(f"distil.py: {program} failed ({result.returncode}); what is finished is kept")


if __name__ == "__main__":
    main()
