"""Residual shifting: the schedule and the sampling loop, for NumPy arrays and PyTorch tensors alike."""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

# np.ndarray or torch.Tensor: the sampler only adds and multiplies.
Array = TypeVar("Array")


class Sampler:
    """`config` is the section `diffusion` of a model.json."""

    def __init__(self, config: dict) -> None:
        self.steps: int = config["steps"]
        self.kappa: float = config["kappa"]
        self.residual = config["predict_type"] == "residual"
        self.normalize_input: bool = config.get("normalize_input", True)
        self.latent_flag: bool = config.get("latent_flag", True)
        first = min(config["min_noise_level"] / self.kappa, config["min_noise_level"])
        growth = config["etas_end"] / first
        power = config["schedule_kwargs"]["power"]
        # eta_t at index t, 0 at index 0.
        self.eta = [0.0] + [(first * growth ** ((i / (self.steps - 1)) ** power)) ** 2 for i in range(self.steps)]

    def prior(self, zy: Array, noise: Array) -> Array:
        """z_T around z_y."""
        return zy + noise * (self.kappa * math.sqrt(self.eta[self.steps]))

    def network_input(self, z: Array, t: int) -> Array:
        """z_t at about unit variance."""
        return z * self.input_scale(self.eta[t])

    def input_scale(self, eta):
        """What z_t of an eta, a number or an array of them, is multiplied by for the network."""
        if not self.normalize_input:
            return 1.0
        if self.latent_flag:
            return 1 / (1 + self.kappa**2 * eta) ** 0.5
        return 1 / (1 + 3 * self.kappa * eta**0.5)

    def start(self, output: Array, zy: Array) -> Array:
        """x_0 from the network's output."""
        return zy - output if self.residual else output

    def step(self, z: Array, t: int, start: Array, noise: Array | None) -> Array:
        """z_(t-1); the last step, t = 1, has no noise."""
        eta, before = self.eta[t], self.eta[t - 1]
        mean = z * (before / eta) + start * ((eta - before) / eta)
        if noise is None:
            return mean
        return mean + noise * (self.kappa * math.sqrt(before * (eta - before) / eta))

    def sample(self, zy: Array, noise: Callable[[int], Array], denoise: Callable[[Array, int], Array]) -> Array:
        """z_0 around z_y: `noise(i)` is the i-th draw, `denoise(z, step)` the network at a 0-based step."""
        z = self.prior(zy, noise(0))
        for draw, t in enumerate(range(self.steps, 0, -1), start=1):
            start = self.start(denoise(self.network_input(z, t), t - 1), zy)
            z = self.step(z, t, start, noise(draw) if t > 1 else None)
        return z


def bicubic_matrix(size: int, scale: int) -> np.ndarray:
    """[size * scale, size], float32: PyTorch's bicubic kernel (a = -0.75), half-pixel centres, edges repeated."""
    a = -0.75
    matrix = np.zeros((size * scale, size))
    for row in range(size * scale):
        centre = (row + 0.5) / scale - 0.5
        for source in range(math.floor(centre) - 1, math.floor(centre) + 3):
            d = abs(centre - source)
            near = ((a + 2) * d - (a + 3)) * d * d + 1
            far = a * (((d - 5) * d + 8) * d - 4)
            matrix[row, min(max(source, 0), size - 1)] += near if d <= 1 else far
    return matrix.astype(np.float32)


def bicubic(x: np.ndarray, scale: int) -> np.ndarray:
    """[N, C, H, W] to [N, C, H * scale, W * scale], not clamped."""
    return bicubic_matrix(x.shape[2], scale) @ x @ bicubic_matrix(x.shape[3], scale).T
