"""What is minimised: Charbonnier on pixels, the spectrum's amplitudes, and a discriminator's opinion."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def charbonnier(a: Tensor, b: Tensor, epsilon: float = 1e-3) -> Tensor:
    """A smooth mean absolute difference."""
    return ((a - b).square() + epsilon**2).sqrt().mean()


def gradients(a: Tensor, b: Tensor) -> Tensor:
    """The mean absolute difference of what neighbours differ by, across and down: edges count more than tones."""
    difference = a - b
    across, down = difference.diff(dim=3).abs().mean(), difference.diff(dim=2).abs().mean()
    return (across + down) / 2


def frequency(a: Tensor, b: Tensor) -> Tensor:
    """The mean absolute difference of the amplitudes in blocks of 32 x 32: it asks for the right amount of detail even
    where nobody can know its place."""

    def amplitudes(x: Tensor) -> Tensor:
        n, c, height, width = x.shape
        x = x[..., :height // 32 * 32, :width // 32 * 32]
        x = x.reshape(n, c, height // 32, 32, width // 32, 32).transpose(3, 4)
        return torch.fft.rfft2(x, norm="ortho").abs()

    return (amplitudes(a.float()) - amplitudes(b.float())).abs().mean()


def lattice(a: Tensor, b: Tensor, period: int) -> Tensor:
    """The mean absolute pattern of a period of so many pixels that `a` has more than `b` all over a picture: what a pixel shuffle leaves
    of its own. A discriminator's opinion can be bought with one, and the other losses hardly see it where it is faint."""
    pattern = F.pixel_unshuffle(a - b, period).mean(dim=(2, 3)).reshape(len(a), a.shape[1], -1)
    return (pattern - pattern.mean(dim=2, keepdim=True)).abs().mean()


def low_pass(x: Tensor, side: int) -> Tensor:
    """Means over `side` x `side` pixels, twice over; an odd side."""
    for _ in range(2):
        for kernel in ((side, 1), (1, side)):
            pad = (kernel[0] // 2, kernel[1] // 2)
            x = F.avg_pool2d(x, kernel, stride=1, padding=pad, count_include_pad=False)
    return x


def near_rim(made: Tensor, original: Tensor, given: Tensor, mask: Tensor, side: int) -> Tensor:
    """Charbonnier inside the hole (mask above 0), the only part that is used: against the original where it can be known, within
    about `side` pixels of the rim; further in against what was given, a coarse fill whose detail is to stay, since nobody
    knows the original's."""
    hole = (mask > 0).float()
    weight = (2 * low_pass(1 - hole, side)).clamp(max=1)
    far = ((made - given).square() + 1e-6).sqrt()
    near = ((made - original).square() + 1e-6).sqrt()
    return ((weight * near + (1 - weight) * far) * hole).sum() / (made.shape[1] * hole.sum())


class Discriminator(nn.Module):
    """Says for each patch of a picture, beside what the network was given, whether it is a photograph: [N, 6, H, W] to
    [N, 1, H/8, W/8]."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 6
        for level in range(3):
            outputs = width << level
            layers += [spectral_norm(nn.Conv2d(channels, outputs, 4, stride=2, padding=1)), nn.LeakyReLU(0.2)]
            channels = outputs
        layers += [spectral_norm(nn.Conv2d(channels, channels, 3, padding=1)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, spectral_norm(nn.Conv2d(channels, 1, 3, padding=1)))

    def forward(self, picture: Tensor, given: Tensor) -> Tensor:
        return self.layers(torch.cat([picture, given], dim=1))


def discriminator_loss(real: Tensor, made: Tensor) -> Tensor:
    """The hinge."""
    return F.relu(1 - real).mean() + F.relu(1 + made).mean()
