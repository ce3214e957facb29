"""Pairs of a teacher, the training on them, and the one command, with numbers that a CPU does in a minute."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

TRAINING = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TRAINING.parent / "Benchmarks"), str(TRAINING), str(Path(__file__).resolve().parent)]

from test_ncnn_graph import half  # noqa: E402
from test_training import tiny, write_photographs  # noqa: E402
from training.losses import gradients, low_pass  # noqa: E402
from training.pairs import EDGE, Pairs, count_of, make, name_of, with_tones_of  # noqa: E402
from training.samples import Samples, read_json  # noqa: E402
from training.teacher import Teacher  # noqa: E402

SETTINGS = read_json(TRAINING / "settings" / "distillation-cpu.json") | {
    "crop": 64, "batch": 2, "warm_up": 2, "bf16": False, "validation": 1, "iterations": 4, "adversarial_from": 2,
    "discriminator_width": 8, "originals": 0.3, "pairs": {"count": 5, "side": 128, "margin": 32, "batch": 2},
}


def bicubic(lq: torch.Tensor) -> torch.Tensor:
    return F.interpolate(lq, scale_factor=4.0, mode="bicubic", align_corners=False)


def write_teacher(param: Path) -> None:
    """One convolution that changes nothing, then twice nearest neighbour."""
    lines = [
        "Input in 0 1 data", "Convolution conv 1 1 data a 0=3 1=1 4=0 5=1 6=9", "Interp one 1 1 a b 0=1 1=2 2=2",
        "Interp two 1 1 b out 0=1 1=2 2=2",
    ]
    param.write_text("\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines, ""]))
    param.with_suffix(".bin").write_bytes(half(torch.eye(3)) + bytes(12))


class Distillation(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        write_photographs(self.folder / "photos", 192)
        (self.folder / "hold-out.txt").write_text("held\n")
        (self.folder / "model.json").write_text(json.dumps(tiny("super-resolution")))
        (self.folder / "settings.json").write_text(json.dumps(SETTINGS))
        random = np.random.default_rng(2)
        photographs = [random.integers(0, 256, (180, 170, 3), dtype=np.uint8)]
        self.samples = Samples(photographs, SETTINGS | {"crop": 128}, 4, False, seed=1)

    def make(self, name: str, count: int, batch: int = 2, proceed=lambda there: True) -> Path:
        make(self.folder / name, bicubic, self.samples, count, batch, 0, proceed)
        return self.folder / name

    def run_program(self, program: str, *words: object) -> str:
        command = [sys.executable, str(TRAINING / program), *map(str, words)]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def test_pairs_are_made_again_bit_for_bit(self) -> None:
        whole = self.make("whole", 5)
        stopped = self.make("stopped", 5, proceed=lambda there: there < 2)
        self.assertEqual(count_of(stopped), 2)
        (stopped / "000003.7.part").write_bytes(b"begun")
        self.make("stopped", 5, batch=3)
        self.assertEqual(count_of(stopped), 5)
        for index in range(5):
            self.assertEqual((stopped / name_of(index)).read_bytes(), (whole / name_of(index)).read_bytes())
        (stopped / name_of(3)).unlink()
        self.assertEqual(count_of(stopped), 3)

    def test_targets_have_the_originals_tones_and_the_teachers_detail(self) -> None:
        random = torch.Generator().manual_seed(2)
        original = bicubic(torch.rand(1, 3, 8, 8, generator=random) - 0.5).repeat_interleave(3, 2).repeat_interleave(3, 3)
        detail = 0.2 * (torch.arange(96) % 2 * 2 - 1.0).expand(1, 3, 96, 96)
        target = with_tones_of(original, low_pass(original, 5) + detail + 0.15, 4)
        # All of what is slow, and the detail as it was.
        self.assertLess(float(low_pass(target - original, 17).abs().max()), 0.03)
        self.assertTrue(torch.allclose(target.diff(dim=3).abs().mean(), detail.diff(dim=3).abs().mean(), rtol=0.1))

    def test_parts_of_pairs_lie_over_each_other(self) -> None:
        folder = self.make("pairs", 3)
        for originals in (0, 1):
            pairs = Pairs(folder, 3, {"crop": 64, "originals": originals}, 4, seed=5)
            for index in range(8):
                x, lq, _ = pairs[index]
                self.assertEqual((x.shape, lq.shape), ((3, 64, 64), (3, 16, 16)))
                # Random pixels, spoilt: what is left in common is enough to see that they belong together.
                both = torch.stack([F.avg_pool2d(x[None], 4).flatten(), lq.flatten()])
                self.assertGreater(float(torch.corrcoef(both)[0, 1]), 0.5)
            again = pairs[3]
            self.assertTrue(all(torch.equal(a, b) for a, b in zip(again, pairs[3])))

    def test_a_teacher_of_four_times_serves_smaller_factors(self) -> None:
        param = self.folder / "teacher.param"
        write_teacher(param)
        lq = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4)) * 2 - 1
        for factor in (1, 2, 4):
            large = Teacher(param, "cpu", False, factor)(lq)
            # This one repeats pixels; to half precision.
            self.assertTrue(torch.allclose(large, F.interpolate(lq, scale_factor=float(factor)), atol=1e-3), factor)
        self.run_program(
            "pairs.py", "settings.json", "pairs", "--photos", "photos", "--factor", 2, "--count", 1, "--teacher", param, "--device", "cpu")
        x, lq, original = Pairs(self.folder / "pairs", 1, {"crop": 96}, 2, seed=1)[0]
        self.assertEqual([tuple(picture.shape) for picture in (x, lq, original)], [(3, 96, 96), (3, 48, 48), (3, 96, 96)])

    def test_clean_pairs_have_a_share_of_truth_of_their_own(self) -> None:
        settings = SETTINGS | {"crop": 128}
        for clean in (0, 1):
            samples = Samples(self.samples.photographs, settings | {"degradation": settings["degradation"] | {
                "clean": clean, "rounds": [{"noise": [4, 6]}, {}]}}, 4, False, seed=1)
            folder = self.folder / f"pairs{clean}"
            make(folder, bicubic, samples, 1, 1, 0, lambda there: True)
            mixed, teachers = (
                Pairs(folder, 1, {"crop": 64, "truth": 0.25, "clean_truth": 0.75} | changes, 4, seed=1)[0]
                for changes in ({}, {"truth": 0, "clean_truth": 0}))
            self.assertTrue(torch.allclose(mixed[0], teachers[0].lerp(teachers[2], 0.75 if clean else 0.25), atol=1e-5), clean)

    def test_pairs_that_are_too_small_are_refused(self) -> None:
        pairs = Pairs(self.make("pairs", 1), 1, {"crop": 128}, 4, seed=1)
        self.assertEqual(EDGE, 4)  # 128 less twice 16 is what is there
        with self.assertRaisesRegex(SystemExit, "000000.safetensors"):
            pairs[0]

    def test_gradients_do_not_see_tones(self) -> None:
        picture = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(3))
        self.assertLess(float(gradients(picture + 0.3, picture)), 1e-6)
        self.assertAlmostEqual(float(gradients(2 * picture, picture)), float(
            picture.diff(dim=3).abs().mean() + picture.diff(dim=2).abs().mean()) / 2, places=6)

    def train(self, run: str, stop: int) -> dict:
        self.run_program(
            "train.py", "model.json", "settings.json", "--pairs", "pairs", "--held-pairs", "pairs", "--run", run, "--device", "cpu",
            "--threads", 1, "--iterations", stop)
        return torch.load(self.folder / run / "checkpoint.pt", weights_only=True)

    def test_a_training_on_pairs_goes_on_as_if_it_had_not_been_stopped(self) -> None:
        self.make("pairs", 3)
        whole = self.train("whole", 4)
        self.assertEqual((whole["iteration"], whole["pairs"]), (4, 3))
        self.train("stopped", 1)
        # More that came in between are left for later: no sample of before changes.
        self.make("pairs", 5)
        resumed = self.train("stopped", 4)
        self.assertEqual(resumed["pairs"], 3)
        for part in ("average", "unet", "discriminator"):
            for name, value in resumed[part].items():
                self.assertTrue(torch.equal(value, whole[part][name]), name)

    def test_one_command_makes_a_model(self) -> None:
        write_teacher(self.folder / "teacher.param")
        (self.folder / "small").mkdir()
        Image.new("RGB", (20, 12), (10, 200, 90)).save(self.folder / "small" / "a.png")
        self.run_program("reference.py", "small", "large", "--teacher", "teacher.param", "--device", "cpu")
        with Image.open(self.folder / "large" / "a.png") as large:
            self.assertEqual((large.size, large.getpixel((50, 30))), ((80, 48), (10, 200, 90)))
        words = (
            "out", "--photos", "photos", "--hold-out", "hold-out.txt", "--model", "model.json", "--settings", "settings.json",
            "--teacher", "teacher.param", "--device", "cpu", "--threads", 1, "--minutes", 5)
        self.run_program("distil.py", *words)
        out = self.folder / "out"
        self.assertEqual((count_of(out / "pairs"), count_of(out / "held")), (5, 16))
        self.assertEqual(json.loads((out / "model" / "model.json").read_text())["task"], "super-resolution")
        with Image.open(out / "sheet.png") as sheet:
            self.assertEqual(sheet.size, (4 * 96, 16 * 96))
        weights = (out / "model" / "unet.safetensors").read_bytes()
        # Nothing is left to do: the same model again.
        self.assertIn("done after", self.run_program("distil.py", *words))
        self.assertEqual((out / "model" / "unet.safetensors").read_bytes(), weights)

    def test_a_run_is_shortened_to_its_time(self) -> None:
        self.make("pairs", 3)
        (self.folder / "settings.json").write_text(json.dumps(SETTINGS | {"iterations": 100000, "validation": 1}))
        words = (
            "model.json", "settings.json", "--pairs", "pairs", "--run", "run", "--device", "cpu", "--threads", 1, "--fit-minutes", 0.25)
        self.assertIn("iterations fit", self.run_program("train.py", *words))
        state = torch.load(self.folder / "run" / "checkpoint.pt", weights_only=True)
        self.assertLess(state["last"], 100000)
        self.assertEqual(state["iteration"], state["last"])


if __name__ == "__main__":
    unittest.main()
