#!/usr/bin/env python3
"""Trains the UNet of a model with pixel-unshuffle latents; README.md is the recipe."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from networks.model import read_state  # noqa: E402
from training.pairs import Pairs, count_of  # noqa: E402
from training.photographs import read_hold_out, read_photographs  # noqa: E402
from training.run import Diffusion, Run, Start  # noqa: E402
from training.samples import FilledSamples, Samples, batches, read_json  # noqa: E402
from training.weights import Average, save, start_of_graph, take_over  # noqa: E402

# New pairs are taken in at iterations that are multiples of this, wherever a run was stopped in between.
PICK_UP = 250
# With --fit-minutes: an iteration is timed over so many, after the first ones, which are slower.
SLOW, TIMED = 20, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model.json of the model that is to be made")
    parser.add_argument("settings", type=Path, help="settings of the training: see settings/")
    parser.add_argument("--photos", type=Path, help="folder of photographs")
    parser.add_argument("--fills", type=Path, help="folder of fills.py, instead of photographs")
    parser.add_argument("--pairs", type=Path, help="folder of pairs.py, instead of photographs")
    parser.add_argument("--held-fills", type=Path, help="another, of photographs that are never trained on: it validates")
    parser.add_argument("--held-pairs", type=Path, help="another, of photographs that are never trained on: it validates")
    parser.add_argument("--hold-out", type=Path, help="names that are never trained on, one a line: they validate")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run; one that has begun goes on")
    parser.add_argument("--network", choices=("unet", "start"), default="unet", help="which network of the model is trained")
    parser.add_argument("--start", type=Path, help="the trained start network: the UNet goes on from its pictures")
    parser.add_argument("--start-from", type=Path, help="weights to begin with, as far as they fit; an ncnn graph (.param) serves --network start")
    parser.add_argument("--discriminator-from", type=Path, help="checkpoint.pt of another run, whose discriminator goes on")
    parser.add_argument("--iterations", type=int, help="stop after so many, to go on later")
    parser.add_argument("--minutes", type=float, help="stop after that time, to go on later")
    parser.add_argument(
        "--fit-minutes", type=float, help="fewer iterations than the settings say, so that a new run takes no longer")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="of PyTorch, on a CPU")
    parser.add_argument("--workers", type=int, default=0, help="processes that make samples")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if sum(source is not None for source in (arguments.photos, arguments.fills, arguments.pairs)) != 1:
        parser.error("give one of --photos, --fills and --pairs")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    model, settings = read_json(arguments.model), read_json(arguments.settings)
    if (model.get("fill") == "exemplar") != (arguments.fills is not None):
        parser.error(f"{arguments.model}: a model with \"fill\": \"exemplar\", and no other, is trained on --fills (see fills.py)")
    if arguments.network == "start":
        if "start" not in model:
            parser.error(f"{arguments.model}: has no section \"start\"; it says of what size that network is")
        run: Run = Start(model, settings, arguments.device, arguments.seed)
    else:
        if ("start" in model) != (arguments.start is not None):
            parser.error(f"{arguments.model}: a model with a section \"start\", and no other, is trained on top of --start")
        run = Diffusion(model, settings, arguments.device, arguments.seed)
        if arguments.start:
            run.process.begin_with(model["start"], read_state(arguments.start), arguments.device)
    arguments.run.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.run / "checkpoint.pt"
    if checkpoint.exists():
        run.load(torch.load(checkpoint, map_location=arguments.device, weights_only=True))
        print(f"going on from iteration {run.iteration}")
        arguments.start_from = arguments.discriminator_from = None
    if arguments.discriminator_from:
        run.discriminator.load_state_dict(torch.load(arguments.discriminator_from, weights_only=True)["discriminator"])
    if arguments.start_from:
        fitting, all_tensors = take_over(run.network, weights_of(arguments.start_from))
        run.average = Average(run.network, settings["average"])
        print(f"{fitting} of {all_tensors} tensors taken over from {arguments.start_from}")
    train(run, Source(arguments, run), arguments, checkpoint)


def weights_of(file: Path) -> dict[str, Tensor]:
    """Of a model's file, or of an ncnn graph that is a start network."""
    return start_of_graph(file) if file.suffix == ".param" else read_state(file)


class Source:
    """Where samples come from: photographs, fills or pairs."""

    def __init__(self, arguments: argparse.Namespace, run: Run) -> None:
        self.run = run
        self.workers = arguments.workers
        self.folder: Path | None = arguments.pairs
        self.samples: Dataset | None = None
        settings, sf = run.settings, run.process.sf
        if arguments.fills:
            self.samples = FilledSamples(arguments.fills, settings, run.seed)
            self.held = FilledSamples(arguments.held_fills, settings, 0) if arguments.held_fills else None
            what = f"{len(self.samples.fills)} fills"
        elif arguments.pairs:
            held = arguments.held_pairs
            self.held = Pairs(held, count_of(held), {**settings, "originals": 0, "truth": 0}, sf, 0) if held else None
            what = f"{run.pairs or count_of(self.folder)} pairs"
        else:
            hold_out = read_hold_out(arguments.hold_out)
            photographs = read_photographs(arguments.photos, hold_out, settings["crop"])
            kind = (settings, sf, run.process.masked)
            self.samples = Samples(photographs, *kind, run.seed)
            names = {file.stem for file in arguments.photos.iterdir()} - hold_out
            self.held = Samples(read_photographs(arguments.photos, names, settings["crop"]), *kind, 0) if hold_out else None
            what = f"{len(photographs)} photographs"
        print(f"{what}, {sum(p.numel() for p in run.network.parameters())} parameters, {run.device}", flush=True)

    def __iter__(self) -> Iterator[list[Tensor]]:
        """Batches from that of the run's iteration on; the run is to do an iteration with each."""
        run = self.run
        while True:
            if self.are_more():
                run.pairs = count_of(self.folder)
            if self.folder and run.pairs == 0:
                raise SystemExit(f"{self.folder}: no pairs; make them with pairs.py")
            samples = self.samples or Pairs(self.folder, run.pairs, run.settings, run.process.sf, run.seed)
            for batch in batches(samples, run.settings["batch"], run.iteration, self.workers):
                yield batch
                if self.are_more():
                    break

    def are_more(self) -> bool:
        """Whether it is time for new pairs, and there are some."""
        is_time = self.folder is not None and (self.run.pairs == 0 or self.run.iteration % PICK_UP == 0)
        return is_time and count_of(self.folder) != self.run.pairs


def train(run: Run, source: Source, arguments: argparse.Namespace, checkpoint: Path) -> None:
    """To the last iteration, or as far as wished, with a checkpoint and a line about it every five minutes."""
    begun = saved = timed = time.monotonic()
    is_new = run.iteration == 0
    recent: dict[str, float] = {}
    wanted = arguments.iterations or run.last
    if run.iteration >= min(run.last, wanted):
        return
    for batch in source:
        for name, loss in run.step(*batch).items():
            recent[name] = 0.98 * recent.get(name, loss) + 0.02 * loss
        now = time.monotonic()
        if is_new and arguments.fit_minutes and run.iteration == SLOW:
            timed = now
        if is_new and arguments.fit_minutes and run.iteration == SLOW + TIMED:
            # A twentieth is kept for validation and checkpoints.
            left = 60 * arguments.fit_minutes * 0.95 - (now - begun)
            run.last = min(run.last, run.iteration + max(1, int(left * TIMED / (now - timed))))
            print(f"{run.last} iterations fit", flush=True)
        ends = run.iteration >= min(run.last, wanted)
        is_over = ends or (arguments.minutes is not None and now - begun > 60 * arguments.minutes)
        if now - saved > 300 or is_over:
            saved = now
            losses = ", ".join(f"{name} {loss:.4f}" for name, loss in recent.items())
            valid = f"; {run.validation(source.held, run.settings['validation'])}" if source.held else ""
            print(f"iteration {run.iteration}, {(now - begun) / 60:.1f} minutes: {losses}{valid}", flush=True)
            save(checkpoint, run.state())
        if is_over:
            break


if __name__ == "__main__":
    main()
