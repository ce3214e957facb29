#!/usr/bin/env python3
"""Trains the UNet of a model with pixel-unshuffle latents; README.md is the recipe."""

import argparse
import sys
import time
from pathlib import Path

import torch

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "Benchmarks"), str(Path(__file__).resolve().parent)]

from networks.model import read_state  # noqa: E402
from networks.unet import UNet  # noqa: E402
from training.losses import Discriminator, charbonnier, discriminator_loss, frequency, near_rim  # noqa: E402
from training.photographs import read_hold_out, read_photographs  # noqa: E402
from training.process import Process, psnr  # noqa: E402
from training.samples import FilledSamples, Samples, batches, read_json  # noqa: E402
from training.weights import Average, save, take_over  # noqa: E402


class Run:
    """Networks, optimisers and the number of iterations done: what a checkpoint holds."""

    def __init__(self, model: dict, settings: dict, device: str, seed: int) -> None:
        torch.manual_seed(seed)
        self.settings = settings
        self.configuration = model["unet"]
        self.device = device
        self.process = Process(model)
        # Channels last is what a GPU's matrix units like; PyTorch's convolutions on a CPU lose a fifth by it.
        self.unet = UNet(model["unet"]).to(device, memory_format=(
            torch.channels_last if device.startswith("cuda") else torch.contiguous_format))
        # The last convolution begins at zero: with residual prediction the untrained network changes nothing.
        last = self.unet.out[-1]
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        self.discriminator = Discriminator(settings.get("discriminator_width", 48)).to(device)
        self.optimiser = torch.optim.AdamW(self.unet.parameters(), lr=settings["rate"], betas=(0.9, 0.99), weight_decay=0)
        self.critic = torch.optim.AdamW(
            self.discriminator.parameters(), lr=settings["rate"], betas=(0.5, 0.99), weight_decay=0)
        self.average = Average(self.unet, settings["average"])
        self.iteration = 0
        self.seed = seed

    def state(self) -> dict:
        return {
            "unet": self.unet.state_dict(), "discriminator": self.discriminator.state_dict(),
            "optimiser": self.optimiser.state_dict(), "critic": self.critic.state_dict(), "average": self.average.state,
            "iteration": self.iteration, "seed": self.seed,
        }

    def load(self, state: dict) -> None:
        self.unet.load_state_dict(state["unet"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])
        self.average.state = {name: value.to(self.device) for name, value in state["average"].items()}
        self.iteration, self.seed = state["iteration"], state["seed"]

    def precision(self) -> torch.autocast:
        """bfloat16 where the settings want it."""
        return torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=self.settings["bf16"])

    def rate(self, last: int) -> float:
        """A linear start, then half a cosine down to a hundredth at iteration `last`."""
        warm = min(1.0, (self.iteration + 1) / self.settings["warm_up"])
        done = min(1.0, self.iteration / max(1, last))
        cosine = torch.cos(torch.tensor(done * torch.pi)).item()
        return self.settings["rate"] * warm * (0.01 + 0.99 * (1 + cosine) / 2)

    def step(self, original: torch.Tensor, condition: torch.Tensor, last: int) -> dict[str, float]:
        """One iteration; the losses by name."""
        settings, process = self.settings, self.process
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(last)
        original, condition = original.to(self.device), condition.to(self.device)
        # Steps and noise, too, are a function of seed and iteration.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.iteration)
        t = torch.randint(1, process.sampler.steps + 1, (len(original),), generator=random)
        # The first step of the sampler does most of the work: it gets its own share of the samples, if the settings say so.
        is_last = torch.rand(len(original), generator=random) < settings.get("last_step", 0)
        t = torch.where(is_last, process.sampler.steps, t).to(self.device)
        z0, zy, condition = process.start_and_end(original, condition)
        noise = torch.randn(z0.shape, generator=random).to(self.device)
        with self.precision():
            # Later steps can learn to go on from earlier ones, mistakes included, rather than from the original.
            if settings.get("own_chain", False):
                zt = process.own(self.unet, zy, t, condition, noise, random)
            else:
                zt = process.shifted(z0, zy, t, noise)
            predicted = process.predicted(self.unet, zt, zy, t, condition)
        made, given = process.decode(predicted), process.decode(zy)
        if "near_rim" in settings:
            losses = {"pixels": near_rim(made, original, given, condition[:, 3:], settings["near_rim"])}
        else:
            losses = {"pixels": charbonnier(made, original)}
        losses["frequency"] = frequency(made, original)
        total = losses["pixels"] + settings["frequency"] * losses["frequency"]
        critical = settings["adversarial"] > 0 and self.iteration >= settings["adversarial_from"]
        if critical:
            self.discriminator.requires_grad_(False)
            with self.precision():
                losses["adversarial"] = -self.discriminator(made, given).float().mean()
            total = total + settings["adversarial"] * losses["adversarial"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.unet.parameters(), 1.0)
        self.optimiser.step()
        if critical:
            self.discriminator.requires_grad_(True)
            with self.precision():
                real = self.discriminator(original, given).float()
                fake = self.discriminator(made.detach(), given).float()
            losses["discriminator"] = discriminator_loss(real, fake)
            self.critic.zero_grad(set_to_none=True)
            losses["discriminator"].backward()
            self.critic.step()
        self.average.update(self.unet, self.iteration)
        self.iteration += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def validation(self, samples: Samples | FilledSamples, count: int) -> str:
        """The PSNR (of the mean squared error) of what is given and of single samples of the average network, on pictures
        never trained on."""
        unet = UNet(self.configuration).to(self.device)
        unet.load_state_dict(self.average.state)
        unet.eval()
        random = torch.Generator().manual_seed(1)
        before: list[torch.Tensor] = []
        after: list[torch.Tensor] = []
        for index in range(count):
            original, condition = (tensor[None].to(self.device) for tensor in samples[index])
            _, zy, _ = self.process.start_and_end(original, condition)
            before.append(self.process.decode(zy).clamp(-1, 1) - original)
            after.append(self.process.restored(unet, condition, original, random) - original)
        return f"given {psnr(before):.2f} dB, restored {psnr(after):.2f} dB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="model.json of the model that is to be made")
    parser.add_argument("settings", type=Path, help="settings of the training: see settings/")
    parser.add_argument("--photos", type=Path, help="folder of photographs")
    parser.add_argument("--fills", type=Path, help="folder of fills.py, instead of photographs")
    parser.add_argument("--held-fills", type=Path, help="another, of photographs that are never trained on: it validates")
    parser.add_argument("--hold-out", type=Path, help="names that are never trained on, one a line: they validate")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run; one that has begun goes on")
    parser.add_argument("--start-from", type=Path, help="weights to begin with, as far as they fit")
    parser.add_argument("--iterations", type=int, help="stop after so many, to go on later")
    parser.add_argument("--minutes", type=float, help="stop after that time, to go on later")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="of PyTorch, on a CPU")
    parser.add_argument("--workers", type=int, default=0, help="processes that make samples")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if (arguments.photos is None) == (arguments.fills is None):
        parser.error("give either --photos or --fills")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)

    model, settings = read_json(arguments.model), read_json(arguments.settings)
    if (model.get("fill") == "exemplar") != (arguments.fills is not None):
        parser.error(f"{arguments.model}: a model with \"fill\": \"exemplar\", and no other, is trained on --fills (see fills.py)")
    hold_out = read_hold_out(arguments.hold_out)
    run = Run(model, settings, arguments.device, arguments.seed)
    arguments.run.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.run / "checkpoint.pt"
    if checkpoint.exists():
        run.load(torch.load(checkpoint, map_location=arguments.device, weights_only=True))
        print(f"going on from iteration {run.iteration}")
    elif arguments.start_from:
        fitting, all_tensors = take_over(run.unet, read_state(arguments.start_from))
        run.average = Average(run.unet, settings["average"])
        print(f"{fitting} of {all_tensors} tensors taken over from {arguments.start_from}")

    if arguments.fills:
        samples = FilledSamples(arguments.fills, settings, run.seed)
        held = FilledSamples(arguments.held_fills, settings, 0) if arguments.held_fills else None
        what = f"{len(samples.fills)} fills"
    else:
        photographs = read_photographs(arguments.photos, hold_out, settings["crop"])
        kind = (settings, run.process.sf, run.process.masked)
        samples = Samples(photographs, *kind, run.seed)
        names = {file.stem for file in arguments.photos.iterdir()} - hold_out
        held = Samples(read_photographs(arguments.photos, names, settings["crop"]), *kind, 0) if hold_out else None
        what = f"{len(photographs)} photographs"
    print(f"{what}, {sum(p.numel() for p in run.unet.parameters())} parameters, {arguments.device}")

    last = settings["iterations"]
    stop = min(last, arguments.iterations or last)
    begun = reported = saved = time.monotonic()
    recent: dict[str, float] = {}
    loader = iter(batches(samples, settings["batch"], run.iteration, arguments.workers))
    while run.iteration < stop:
        for name, loss in run.step(*next(loader), last).items():
            recent[name] = 0.98 * recent.get(name, loss) + 0.02 * loss
        now = time.monotonic()
        is_over = arguments.minutes is not None and now - begun > 60 * arguments.minutes
        if now - reported > 60 or is_over or run.iteration == stop:
            reported = now
            losses = ", ".join(f"{name} {loss:.4f}" for name, loss in recent.items())
            valid = f"; {run.validation(held, settings['validation'])}" if held else ""
            print(f"iteration {run.iteration}, {(now - begun) / 60:.1f} minutes: {losses}{valid}", flush=True)
        if now - saved > 300 or is_over or run.iteration == stop:
            saved = now
            save(checkpoint, run.state())
        if is_over:
            break


if __name__ == "__main__":
    main()
