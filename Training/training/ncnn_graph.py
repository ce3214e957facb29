"""Networks stored as ncnn graphs (a .param of text and a .bin of weights), run in PyTorch.

Known are the nine kinds of operations that Real-ESRGAN's graphs consist of. Files are checked before they are believed:
every message names the file, the layer, and what is wrong with it.
"""

from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAGIC = "7767517"
HALF = 0x01306B47  # Weights in half precision follow; 0 stands for single precision.
LARGEST = 1 << 28  # More weights than this in one layer are not believed.


class GraphError(Exception):
    """A file that is damaged, or that holds what is not known here."""


@dataclass
class Layer:
    """One line of the .param file."""

    kind: str
    name: str
    inputs: list[str]
    outputs: list[str]
    values: dict[int, list[float]] = field(default_factory=dict)

    def number(self, key: int, default: int) -> int:
        """The first value under a key; float32 holds every whole number that is met here."""
        return int(self.values.get(key, [default])[0])


def read_param(file: Path) -> list[Layer]:
    """The layers of a .param file in the order in which they run."""
    try:
        lines = file.read_text(encoding="ascii").split("\n")
    except UnicodeDecodeError:
        raise GraphError(f"{file}: is not text") from None
    if lines[0].strip() != MAGIC:
        raise GraphError(f"{file}: does not begin with {MAGIC} as ncnn's graphs do")
    rows = [line.split() for line in lines[2:] if line.strip()]
    counts = lines[1].split() if len(lines) > 1 else []
    if len(counts) != 2 or counts[0] != str(len(rows)):
        raise GraphError(f"{file}: says that it has {' '.join(counts[:1]) or 'no number of'} layers, but has {len(rows)}")
    layers = [_layer(file, row) for row in rows]
    known: set[str] = set()
    for layer in layers:
        for name in layer.inputs:
            # Each is taken once: what is used twice goes through a Split.
            if name not in known:
                raise GraphError(f"{file}: {layer.name}: {name} is not there, or is used up")
            known.remove(name)
        known.update(layer.outputs)
    return layers


def _layer(file: Path, row: list[str]) -> Layer:
    where = f"{file}: {row[1] if len(row) > 1 else row[0]}"
    try:
        inputs, outputs = int(row[2]), int(row[3])
        if inputs < 0 or outputs < 0 or len(row) < 4 + inputs + outputs:
            raise IndexError
        names = row[4:4 + inputs + outputs]
        layer = Layer(row[0], row[1], names[:inputs], names[inputs:])
        for entry in row[4 + inputs + outputs:]:
            key, text = entry.split("=")
            values = [float(value) for value in text.split(",")]
            if int(key) <= -23300:
                # An array: its length comes first.
                if values[0] != len(values) - 1:
                    raise ValueError
                layer.values[-23300 - int(key)] = values[1:]
            else:
                layer.values[int(key)] = values
    except (ValueError, IndexError):
        raise GraphError(f"{where}: this line cannot be read: {' '.join(row)[:80]}") from None
    if layer.kind not in KINDS:
        raise GraphError(f"{where}: operations of the kind {layer.kind} are not known here")
    return layer


class Weights:
    """The .bin file from its beginning to its end."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.bytes = file.read_bytes()
        self.position = 0

    def take(self, count: int, kind: torch.dtype, layer: Layer) -> Tensor:
        """The next numbers, as float32."""
        size = count * kind.itemsize
        if not 0 < count <= LARGEST or self.position + size > len(self.bytes):
            raise GraphError(f"{self.file}: ends in {layer.name}, which wants {count} numbers from byte {self.position} on")
        part = torch.frombuffer(bytearray(self.bytes[self.position:self.position + size]), dtype=kind)
        # What is stored begins at multiples of four bytes.
        self.position += -(-size // 4) * 4
        return part.float()

    def tensor(self, count: int, layer: Layer) -> Tensor:
        """Weights behind the flag that says how they are stored."""
        flag = self.bytes[self.position:self.position + 4]
        kinds = {HALF.to_bytes(4, "little"): torch.float16, bytes(4): torch.float32}
        if flag not in kinds:
            what = f"an unknown flag {flag.hex()}" if len(flag) == 4 else "nothing"
            raise GraphError(f"{self.file}: {what} at byte {self.position}, where the weights of {layer.name} begin")
        self.position += 4
        return self.take(count, kinds[flag], layer)


class Convolution(nn.Module):
    """A convolution of stride 1, and a leaky ReLU where the graph says so."""

    def __init__(self, file: Path, layer: Layer, weights: Weights) -> None:
        super().__init__()
        outputs, kernel, count = layer.number(0, 0), layer.number(1, 0), layer.number(6, 0)
        plain = all(layer.number(key, default) == default for key, default in ((2, 1), (3, 1), (5, 1), (8, 0)))
        square = layer.number(11, kernel) == kernel and layer.number(4, 0) == kernel // 2 and kernel % 2 == 1
        if not plain or not square or outputs < 1 or layer.number(9, 0) not in (0, 2):
            raise GraphError(
                f"{file}: {layer.name}: only plain convolutions with a bias, with or without a leaky ReLU, are known here")
        inputs = count // (outputs * kernel * kernel)
        if inputs < 1 or inputs * outputs * kernel * kernel != count:
            raise GraphError(f"{file}: {layer.name}: {count} weights do not make {outputs} kernels of {kernel} x {kernel}")
        self.slope = layer.values.get(10, [0.0])[0] if layer.number(9, 0) == 2 else None
        weight = weights.tensor(count, layer).reshape(outputs, inputs, kernel, kernel)
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(weights.take(outputs, torch.float32, layer), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.weight, self.bias, padding=self.weight.shape[2] // 2)
        return x if self.slope is None else F.leaky_relu(x, self.slope, inplace=True)


def _sum(file: Path, layer: Layer) -> list[float]:
    """The factors of a weighted sum."""
    factors = layer.values.get(1, [1.0] * len(layer.inputs))
    if layer.number(0, 0) != 1 or len(factors) != len(layer.inputs):
        raise GraphError(f"{file}: {layer.name}: only sums with a factor for each input are known here")
    return factors


def _check(file: Path, layer: Layer) -> None:
    """Refuses variants of the operations without weights that are not known here."""
    inputs, outputs = {"Input": (0, 1), "Interp": (1, 1), "BinaryOp": (2, 1)}.get(layer.kind, (None, None))
    right = inputs is None or (len(layer.inputs), len(layer.outputs)) == (inputs, outputs)
    right &= layer.kind == "Input" or bool(layer.inputs)
    right &= layer.kind == "Split" or len(layer.outputs) == 1
    right &= layer.kind not in ("Split", "Convolution") or len(layer.inputs) == 1
    right &= layer.kind not in ("Concat", "BinaryOp") or layer.number(0, 0) == 0
    right &= layer.kind not in ("PReLU", "PixelShuffle") or (len(layer.inputs), len(layer.outputs)) == (1, 1)
    right &= layer.kind != "PixelShuffle" or (layer.number(0, 1) >= 1 and layer.number(1, 0) == 0)
    if layer.kind == "Interp":
        right &= layer.number(0, 0) == 1 and layer.number(1, 0) == layer.number(2, 0) >= 1
    if not right:
        raise GraphError(f"{file}: {layer.name}: this variant of {layer.kind} is not known here")


KINDS = {"Input", "Convolution", "Split", "Concat", "Eltwise", "BinaryOp", "Interp", "PReLU", "PixelShuffle"}


class Graph(nn.Module):
    """The network of NAME.param and NAME.bin: one picture in, one out, [N, C, H, W]."""

    def __init__(self, param: Path) -> None:
        super().__init__()
        self.layers = read_param(param)
        weights = Weights(param.with_suffix(".bin"))
        self.convolutions = nn.ModuleDict()
        self.factors: dict[str, list[float]] = {}
        self.slopes: nn.ParameterDict = nn.ParameterDict()
        for index, layer in enumerate(self.layers):
            _check(param, layer)
            if layer.kind == "Convolution":
                self.convolutions[str(index)] = Convolution(param, layer, weights)
            elif layer.kind == "PReLU":
                slopes = weights.take(layer.number(0, 0), torch.float32, layer)
                self.slopes[str(index)] = nn.Parameter(slopes, requires_grad=False)
            elif layer.kind == "Eltwise":
                self.factors[layer.name] = _sum(param, layer)
        if weights.position != len(weights.bytes):
            raise GraphError(f"{weights.file}: {len(weights.bytes) - weights.position} bytes are left over")
        left = [name for layer in self.layers for name in layer.outputs]
        for layer in self.layers:
            for name in layer.inputs:
                left.remove(name)
        if len(left) != 1 or [layer.kind for layer in self.layers].count("Input") != 1:
            raise GraphError(f"{param}: has {len(left)} results; one picture must come in, and one go out")
        self.result = left[0]

    def forward(self, picture: Tensor) -> Tensor:
        held: dict[str, Tensor] = {}
        for index, layer in enumerate(self.layers):
            given = [held.pop(name) for name in layer.inputs]
            match layer.kind:
                case "Input":
                    made = picture
                case "Convolution":
                    made = self.convolutions[str(index)](given[0])
                case "Split":
                    made = given[0]
                case "PReLU":
                    made = F.prelu(given[0], self.slopes[str(index)])
                case "PixelShuffle":
                    made = F.pixel_shuffle(given[0], layer.number(0, 1))
                case "Concat":
                    made = torch.cat(given, dim=1)
                case "Eltwise":
                    made = sum(factor * part for factor, part in zip(self.factors[layer.name], given))
                case "BinaryOp":
                    made = given[0] + given[1]
                case "Interp":
                    made = F.interpolate(given[0], scale_factor=layer.number(1, 1), mode="nearest")
            held.update((name, made) for name in layer.outputs)
        return held[self.result]
