"""A training: networks, optimisers, losses, and what a checkpoint holds of them."""

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from networks.start import StartNetwork
from networks.unet import UNet

from .losses import Discriminator, charbonnier, discriminator_loss, frequency, gradients, lattice, near_rim
from .process import Process, psnr
from .weights import Average


class Run:
    """A network in training, its optimisers and the number of iterations done: what a checkpoint holds."""

    # The network's name in checkpoints, and that of its file.
    name: str

    def __init__(self, model: dict, settings: dict, device: str, seed: int) -> None:
        torch.manual_seed(seed)
        self.settings = settings
        self.model = model
        self.device = device
        self.process = Process(model)
        # Channels last is what a GPU's matrix units like; PyTorch's convolutions on a CPU lose a fifth by it.
        self.network = self.untrained().to(device, memory_format=(
            torch.channels_last if device.startswith("cuda") else torch.contiguous_format))
        self.discriminator = Discriminator(settings.get("discriminator_width", 48)).to(device)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=settings["rate"], betas=(0.9, 0.99), weight_decay=0)
        self.critic = torch.optim.AdamW(
            self.discriminator.parameters(), lr=settings["rate"], betas=(0.5, 0.99), weight_decay=0)
        self.average = Average(self.network, settings["average"])
        self.iteration = 0
        # The iteration that ends the training: rate and beginning of the discriminator follow it.
        self.last: int = settings["iterations"]
        # How many pairs samples are drawn from; it grows while more are being made.
        self.pairs = 0
        self.seed = seed

    def untrained(self) -> nn.Module:
        """The network as a training begins with it, a function of PyTorch's seed."""
        raise NotImplementedError

    def made(self, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """What the network makes in training, what was given, both as pictures, and the condition as the network gets it."""
        raise NotImplementedError

    def results(self, network: nn.Module, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        """What was given and what is made of it in use, as pictures in [-1, 1]."""
        raise NotImplementedError

    def state(self) -> dict:
        return {
            self.name: self.network.state_dict(), "discriminator": self.discriminator.state_dict(),
            "optimiser": self.optimiser.state_dict(), "critic": self.critic.state_dict(), "average": self.average.state,
            "iteration": self.iteration, "last": self.last, "pairs": self.pairs, "seed": self.seed,
        }

    def load(self, state: dict) -> None:
        self.network.load_state_dict(state[self.name])
        self.discriminator.load_state_dict(state["discriminator"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.critic.load_state_dict(state["critic"])
        self.average.state = {name: value.to(self.device) for name, value in state["average"].items()}
        self.iteration, self.seed = state["iteration"], state["seed"]
        self.last, self.pairs = state["last"], state["pairs"]

    def precision(self) -> torch.autocast:
        """bfloat16 where the settings want it."""
        return torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=self.settings["bf16"])

    def rate(self) -> float:
        """A linear start, then half a cosine down to a hundredth at the last iteration."""
        warm = min(1.0, (self.iteration + 1) / self.settings["warm_up"])
        done = min(1.0, self.iteration / max(1, self.last))
        cosine = torch.cos(torch.tensor(done * torch.pi)).item()
        return self.settings["rate"] * warm * (0.01 + 0.99 * (1 + cosine) / 2)

    def is_critical(self) -> bool:
        """Whether the discriminator takes part; a training shortened to its time has it from the same share on."""
        return self.settings["adversarial"] > 0 and self.has_come("adversarial_from")

    def has_come(self, setting: str) -> bool:
        """Whether the iteration of a setting is there, which moves with the training's length; without the setting, always."""
        return self.iteration * self.settings["iterations"] >= self.settings.get(setting, 0) * self.last

    def step(self, original: Tensor, condition: Tensor, real: Tensor | None = None) -> dict[str, float]:
        """One iteration towards `original`; the losses by name. `real` is the photograph itself where `original` is
        another target: amplitudes and the discriminator are about it if the settings say `"real": "original"`."""
        settings = self.settings
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        original, condition = original.to(self.device), condition.to(self.device)
        real = real.to(self.device) if real is not None and settings.get("real") == "original" else original
        # Steps and noise, too, are a function of seed and iteration.
        random = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + self.iteration)
        made, given, condition = self.made(original, condition, random)
        if "near_rim" in settings:
            losses = {"pixels": near_rim(made, original, given, condition[:, 3:], settings["near_rim"])}
        else:
            losses = {"pixels": charbonnier(made, original)}
        losses["frequency"] = frequency(made, real)
        has_frequency = self.has_come("frequency_from")
        total = losses["pixels"] + (settings["frequency"] * losses["frequency"] if has_frequency else 0)
        if "gradients" in settings:
            losses["gradients"] = gradients(made, original)
            total = total + settings["gradients"] * losses["gradients"]
        if "lattice" in settings:
            losses["lattice"] = lattice(made, original, settings["lattice_period"])
            total = total + (settings["lattice"] * losses["lattice"] if has_frequency else 0)
        if self.is_critical():
            self.discriminator.requires_grad_(False)
            with self.precision():
                losses["adversarial"] = -self.discriminator(made, given).float().mean()
            total = total + settings["adversarial"] * losses["adversarial"]
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        if self.is_critical():
            self.discriminator.requires_grad_(True)
            with self.precision():
                true = self.discriminator(real, given).float()
                fake = self.discriminator(made.detach(), given).float()
            losses["discriminator"] = discriminator_loss(true, fake)
            self.critic.zero_grad(set_to_none=True)
            losses["discriminator"].backward()
            self.critic.step()
        self.average.update(self.network, self.iteration)
        self.iteration += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def average_network(self) -> nn.Module:
        """The network that is exported."""
        with torch.random.fork_rng(devices=[]):
            network = self.untrained().to(self.device)
        network.load_state_dict(self.average.state)
        return network.eval()

    def validation(self, samples: Dataset, count: int) -> str:
        """What is given and single samples of the average network, on pictures never trained on: PSNR (of the mean squared
        error), and the mean absolute error as a share of that of what is given."""
        network = self.average_network()
        random = torch.Generator().manual_seed(1)
        before: list[Tensor] = []
        after: list[Tensor] = []
        for index in range(count):
            original, condition = (tensor[None].to(self.device) for tensor in samples[index][:2])
            with torch.no_grad(), self.precision():
                given, restored = self.results(network, original, condition, random)
            before.append(given - original)
            after.append(restored - original)
        share = float(torch.stack(after).abs().mean() / torch.stack(before).abs().mean().clamp(min=1e-9))
        return f"given {psnr(before):.2f} dB, restored {psnr(after):.2f} dB, L1 {share:.3f} of what it was"


class Diffusion(Run):
    """The UNet: it learns to shift the residual back."""

    name = "unet"

    def untrained(self) -> UNet:
        unet = UNet(self.model["unet"])
        # The last convolution begins at zero: with residual prediction the untrained network changes nothing.
        last = unet.out[-1]
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        return unet

    def made(self, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        settings, process = self.settings, self.process
        t = torch.randint(1, process.sampler.steps + 1, (len(original),), generator=random, device=self.device)
        # The first step of the sampler does most of the work: it gets its own share of the samples, if the settings say so.
        is_last = torch.rand(len(original), generator=random, device=self.device) < settings.get("last_step", 0)
        t = torch.where(is_last, process.sampler.steps, t)
        z0, zy, condition = process.start_and_end(original, condition)
        noise = torch.randn(z0.shape, generator=random, device=self.device)
        with self.precision():
            # Later steps can learn to go on from earlier ones, mistakes included, rather than from the original.
            if settings.get("own_chain", False):
                zt = process.own(self.network, zy, t, condition, noise, random)
            else:
                zt = process.shifted(z0, zy, t, noise)
            predicted = process.predicted(self.network, zt, zy, t, condition)
        # With a start network, too, the discriminator sees what was given: not what that network made of it.
        given = process.decode(zy) if process.start is None else process.bicubic(condition)
        return process.decode(predicted), given, condition

    def results(self, network: nn.Module, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        _, zy, _ = self.process.start_and_end(original, condition)
        return self.process.decode(zy).clamp(-1, 1), self.process.restored(network, condition, original, random)


class Start(Run):
    """The start network of an enlarging model, by itself: what diffusion begins with instead of the bicubic enlargement."""

    name = "start"

    def untrained(self) -> StartNetwork:
        network = StartNetwork(self.model["start"], self.process.sf)
        # By the usual beginning each of so many convolutions would leave next to nothing of what comes in.
        for convolution in [network.head, *network.blocks]:
            nn.init.kaiming_normal_(convolution.weight, a=0.1)
            nn.init.zeros_(convolution.bias)
        # The last convolution begins small: the untrained network repeats pixels.
        with torch.no_grad():
            network.tail.weight.mul_(0.1)
            network.tail.bias.zero_()
        return network

    def made(self, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        with self.precision():
            made = self.network(condition)
        return made, self.process.bicubic(condition), condition

    def results(self, network: nn.Module, original: Tensor, condition: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
        return self.process.bicubic(condition).clamp(-1, 1), network(condition).clamp(-1, 1)
