"""The forward process of residual shifting (paper, section 3.1) and what the network is asked at a step."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from networks.autoencoder import PixelUnshuffle
from networks.sampler import Sampler
from networks.start import StartNetwork

from .samples import push_pull


class Process:
    """`config` is a whole model.json whose autoencoder is a pixel-unshuffle."""

    def __init__(self, config: dict) -> None:
        self.sampler = Sampler(config["diffusion"])
        self.sf: int = config["diffusion"]["sf"]
        self.scale: float = config["diffusion"].get("scale_factor", 1.0)
        self.autoencoder = PixelUnshuffle(config["autoencoder"]["pixel_unshuffle"])
        self.masked: bool = config["unet"].get("cond_mask", False)
        self.fills: bool = config.get("fill", "blank") == "push-pull"
        # The network that makes the start instead of the bicubic enlargement, once it has learnt that.
        self.start: nn.Module | None = None

    def begin_with(self, config: dict, state: dict[str, Tensor], device: str) -> None:
        """Takes a trained start network, `config` being the section `start` of the model.json; it learns nothing any more."""
        start = StartNetwork(config, self.sf)
        start.load_state_dict(state)
        self.start = start.to(device).eval().requires_grad_(False)

    def start_and_end(self, original: Tensor, condition: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """z_0 of the original, z_y of what is given, and the condition as the network gets it."""
        lq = condition[:, :3]
        if self.masked:
            mask = condition[:, 3:]
            if self.fills:
                lq = push_pull(lq, (mask < 0).float())
            condition = torch.cat([lq, mask], dim=1)
        y = lq
        if self.start is not None:
            with torch.no_grad():
                y = self.start(lq)
        elif self.sf > 1:
            y = self.bicubic(lq)
        return self.encode(original), self.encode(y), condition

    def bicubic(self, lq: Tensor) -> Tensor:
        return F.interpolate(lq, scale_factor=float(self.sf), mode="bicubic", align_corners=False)

    def encode(self, picture: Tensor) -> Tensor:
        return self.autoencoder.encode(picture) * self.scale

    def decode(self, z: Tensor) -> Tensor:
        return self.autoencoder.decode(z / self.scale)

    def shifted(self, z0: Tensor, zy: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """z_t = z_0 + eta_t (z_y - z_0) + kappa sqrt(eta_t) noise (equation 2); t [N] of 1...T."""
        eta = torch.tensor(self.sampler.eta, device=z0.device)[t][:, None, None, None]
        return z0 + eta * (zy - z0) + self.sampler.kappa * eta.sqrt() * noise

    def predicted(self, unet: nn.Module, zt: Tensor, zy: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        """The network's x_0 for z_t, as a latent."""
        eta = torch.tensor(self.sampler.eta, device=zt.device)[t][:, None, None, None]
        output = unet(zt * self.sampler.input_scale(eta), t - 1, condition).float()
        return self.sampler.start(output, zy)

    @torch.no_grad()
    def own(
        self, unet: nn.Module, zy: Tensor, t: Tensor, condition: Tensor, noise: Tensor, random: torch.Generator
    ) -> Tensor:
        """z_t as the sampler comes to it, with the network's own predictions instead of z_0; `noise` is the prior's."""
        z = self.sampler.prior(zy, noise)
        for step in range(self.sampler.steps, 1, -1):
            fresh = torch.randn(z.shape, generator=random, device=random.device).to(z.device)
            goes_on = t < step
            if not goes_on.any():
                continue
            here = torch.full((int(goes_on.sum()),), step, device=z.device)
            start = self.predicted(unet, z[goes_on], zy[goes_on], here, condition[goes_on])
            z[goes_on] = self.sampler.step(z[goes_on], step, start, fresh[goes_on])
        return z

    @torch.no_grad()
    def restored(self, unet: nn.Module, condition: Tensor, original: Tensor, random: torch.Generator) -> Tensor:
        """The whole chain: a picture in [-1, 1]. `original` only gives the shape."""
        _, zy, condition = self.start_and_end(original, condition)
        z = self.sampler.prior(zy, torch.randn(zy.shape, generator=random, device=random.device).to(zy.device))
        for t in range(self.sampler.steps, 0, -1):
            steps = torch.full((len(z),), t, device=z.device)
            start = self.predicted(unet, z, zy, steps, condition)
            noise = torch.randn(z.shape, generator=random, device=random.device).to(z.device) if t > 1 else None
            z = self.sampler.step(z, t, start, noise)
        return self.decode(z).clamp(-1, 1)


def psnr(errors: list[Tensor]) -> float:
    """Of the mean squared error of pictures in [-1, 1], in dB; `errors` are differences of the same shape."""
    return -10 * math.log10(max(1e-12, float((torch.stack(errors) / 2).square().mean())))
