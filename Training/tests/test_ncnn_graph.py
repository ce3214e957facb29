"""The reader of ncnn's graphs, against graphs of a few numbers made by hand, and against damaged files."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

TRAINING = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TRAINING.parent / "Benchmarks"), str(TRAINING)]

from training.ncnn_graph import HALF, Graph, GraphError  # noqa: E402

INPUT = "Input in 0 1 data"


def half(values: torch.Tensor) -> bytes:
    """Weights as ncnn stores them: a flag, half precision, filled up to four bytes."""
    data = values.to(torch.float16).numpy().tobytes()
    return HALF.to_bytes(4, "little") + data + bytes(-len(data) % 4)


def single(values: torch.Tensor) -> bytes:
    return bytes(4) + values.numpy().astype(np.float32).tobytes()


class NcnnGraph(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        random = torch.Generator().manual_seed(1)
        self.picture = torch.randn(2, 3, 7, 5, generator=random)
        # Whole numbers: half precision holds them as they are.
        self.weight = torch.randint(-4, 5, (5, 3, 3, 3), generator=random).float()
        self.bias = torch.randn(5, generator=random)

    def graph(self, lines: list[str], weights: bytes = b"") -> Graph:
        param = self.folder / "net.param"
        param.write_text("\n".join(["7767517", f"{len(lines)} 9", *lines, ""]))
        param.with_suffix(".bin").write_bytes(weights)
        return Graph(param)

    def refused(self, message: str, lines: list[str], weights: bytes = b"") -> None:
        with self.assertRaises(GraphError) as caught:
            self.graph(lines, weights)
        self.assertIn(message, str(caught.exception))
        self.assertIn("net.", str(caught.exception))

    def test_convolutions(self) -> None:
        plain = F.conv2d(self.picture, self.weight, self.bias, padding=1)
        line = "Convolution conv 1 1 data out 0=5 1=3 4=1 5=1 6=135"
        bias = self.bias.numpy().tobytes()
        for stored in (half(self.weight), single(self.weight)):
            made = self.graph([INPUT, line], stored + bias)(self.picture)
            self.assertTrue(torch.allclose(made, plain, atol=1e-5))
        leaky = self.graph([INPUT, line + " 9=2 -23310=1,2.000000e-01"], half(self.weight) + bias)(self.picture)
        self.assertTrue(torch.allclose(leaky, F.leaky_relu(plain, 0.2), atol=1e-5))

    def test_operations_without_weights(self) -> None:
        x = self.picture
        split = "Split split 1 2 data a b"
        cases = {
            "Concat cat 2 1 a b out": torch.cat([x, x], dim=1),
            "Concat cat 2 1 a b out 0=0": torch.cat([x, x], dim=1),
            "Eltwise sum 2 1 a b out 0=1 -23301=2,2.000000e-01,1.000000e+00": 1.2 * x,
            "Eltwise sum 2 1 a b out 0=1": 2 * x,
            "BinaryOp add 2 1 a b out": 2 * x,
            "BinaryOp add 2 1 a b out 0=0": 2 * x,
        }
        for line, expected in cases.items():
            with self.subTest(line):
                self.assertTrue(torch.allclose(self.graph([INPUT, split, line])(x), expected))
        larger = self.graph([INPUT, "Interp up 1 1 data out 0=1 1=2.000000e+00 2=2.000000e+00"])(x)
        self.assertTrue(torch.equal(larger, x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)))

    def test_a_leaky_convolution_leaves_its_input_alone(self) -> None:
        """Its input may be shared, through a Split, with what comes later."""
        line = "Convolution conv 1 1 a c 0=3 1=1 4=0 5=1 6=9 9=2 -23310=1,2.000000e-01"
        graph = self.graph(
            [INPUT, "Split split 1 2 data a b", line, "BinaryOp add 2 1 c b out"],
            half(torch.eye(3).reshape(3, 3, 1, 1)) + bytes(12))
        before = self.picture.clone()
        self.assertTrue(torch.allclose(graph(self.picture), F.leaky_relu(before, 0.2) + before, atol=1e-6))
        self.assertTrue(torch.equal(before, self.picture))

    def test_what_is_not_known_is_refused(self) -> None:
        split = "Split split 1 2 data a b"
        conv = "Convolution conv 1 1 data out 0=5 1=3 4=1 5=1 6=135"
        self.refused("kind Pooling", [INPUT, "Pooling pool 1 1 data out"])
        self.refused("cannot be read", [INPUT, "Split split 1 x data a"])
        self.refused("cannot be read", [INPUT, "Split split 1 999999999999 data a"])
        self.refused("cannot be read", [INPUT, split, "Eltwise sum 2 1 a b out 0=1 -23301=3,0.2,1.0"])
        self.refused("cannot be read", [INPUT, conv + " 7"])
        self.refused("missing is not there", [INPUT, "Interp up 1 1 missing out 0=1 1=2 2=2"])
        self.refused("data is not there, or is used up", [INPUT, split, "Concat cat 2 1 a data out"])
        self.refused("2 results", [INPUT, split])
        self.refused("variant of BinaryOp", [INPUT, split, "BinaryOp times 2 1 a b out 0=2"])
        self.refused("variant of Concat", [INPUT, split, "Concat cat 2 1 a b out 0=1"])
        self.refused("variant of Interp", [INPUT, "Interp up 1 1 data out 0=2 1=2 2=2"])
        self.refused("only sums", [INPUT, split, "Eltwise times 2 1 a b out 0=0"])
        self.refused("only sums", [INPUT, split, "Eltwise sum 2 1 a b out 0=1 -23301=1,0.2"])
        for changed in ("3=2", "2=2", "4=0", "5=0", "8=1", "9=1", "11=1"):
            self.refused("only plain convolutions", [INPUT, f"{conv} {changed}"])
        self.refused("do not make", [INPUT, conv.replace("135", "136")])
        self.refused("do not make", [INPUT, conv.replace("6=135", "6=-135")])

    def test_files_that_end_too_soon_or_too_late(self) -> None:
        lines = [INPUT, "Convolution conv 1 1 data out 0=5 1=3 4=1 5=1 6=135"]
        whole = half(self.weight) + self.bias.numpy().tobytes()
        self.refused("nothing at byte 0", lines, b"")
        self.refused("nothing at byte 0", lines, whole[:3])
        self.refused("ends in conv, which wants 135 numbers", lines, whole[:100])
        self.refused("ends in conv, which wants 5 numbers", lines, whole[:-1])
        self.refused("4 bytes are left over", lines, whole + bytes(4))
        self.refused("unknown flag", lines, b"\1\2\3\4" + whole[4:])
        self.refused("ends in conv", [INPUT, "Convolution conv 1 1 data out 0=1 1=1 4=0 5=1 6=99999999999"], whole)

    def test_what_is_no_graph_at_all(self) -> None:
        param = self.folder / "net.param"
        for text, message in ((b"", "does not begin"), (b"7767517", "no number of"), (b"7767517\n3 1\nInput in 0 1 a\n", "has 1"),
                              (b"\xff\xfe", "is not text")):
            param.write_bytes(text)
            with self.assertRaisesRegex(GraphError, message):
                Graph(param)


if __name__ == "__main__":
    unittest.main()
