"""python -m unittest discover Training/tests: a tiny network is trained, resumed and exported, on a CPU in a minute."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

TRAINING = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TRAINING.parent / "Benchmarks"), str(TRAINING)]

from networks.unet import UNet  # noqa: E402
from training.degradation import degraded  # noqa: E402
from training.losses import near_rim  # noqa: E402
from training.masks import random_mask  # noqa: E402
from training.process import Process  # noqa: E402
from training.samples import Samples, push_pull, read_json  # noqa: E402
from training.weights import take_over  # noqa: E402


def tiny(task: str) -> dict:
    """A model of a few thousand numbers for a task."""
    model = read_json(TRAINING.parent / "plugin/models/compact-restore/model.json")
    model["autoencoder"]["pixel_unshuffle"] = 4
    model["diffusion"] |= {"min_noise_level": 0.06, "kappa": 0.2}
    model["unet"] |= {
        "image_size": 16, "in_channels": 48, "out_channels": 48, "model_channels": 32, "channel_mult": [1, 1], "num_res_blocks": [1, 1],
        "attention_resolutions": [8], "swin_embed_dim": 32, "window_size": 4, "lq_size": 64,
        "cond_mask": task == "inpainting",
    }
    model["name"], model["task"] = "tiny", task
    if task == "super-resolution":
        model["unet"]["lq_size"], model["diffusion"]["sf"] = 16, 4
    if task == "inpainting":
        model["fill"] = "push-pull"
    return model


def write_photographs(folder: Path, side: int) -> None:
    """Smooth pictures one, two and held, of `side` pixels."""
    folder.mkdir()
    random = np.random.default_rng(1)
    for name in ("one", "two", "held"):
        coarse = random.integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"{name}.png")


class Training(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        write_photographs(self.folder / "photos", 96)
        (self.folder / "hold-out.txt").write_text("held  # never trained on\n")

    def train(self, task: str, run: str, stop: int, last: int = 4) -> dict:
        kind = {"super-resolution": "super-resolution", "inpainting": "inpainting"}.get(task, "restoration")
        settings = read_json(TRAINING / "settings" / f"{kind}.json")
        settings |= {
            "crop": 64, "batch": 2, "warm_up": 2, "bf16": False, "validation": 1, "adversarial_from": 2, "rate": 1e-3,
            "discriminator_width": 8, "iterations": last,
        }
        (self.folder / "model.json").write_text(json.dumps(tiny(task)))
        (self.folder / "settings.json").write_text(json.dumps(settings))
        command = [
            sys.executable, str(TRAINING / "train.py"), "model.json", "settings.json", "--photos", "photos", "--hold-out",
            "hold-out.txt", "--run", run, "--device", "cpu", "--threads", "1", "--iterations", str(stop),
        ]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return torch.load(self.folder / run / "checkpoint.pt", weights_only=True)

    def test_every_task_trains_and_exports(self) -> None:
        for task in ("super-resolution", "inpainting", "restoration"):
            with self.subTest(task):
                state = self.train(task, task, 4)
                self.assertEqual(state["iteration"], 4)
                self.assertGreater(float(state["unet"]["out.2.weight"].abs().max()), 0)
                command = [sys.executable, str(TRAINING / "export.py"), "model.json", task, "model"]
                subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
                self.assertEqual(json.loads((self.folder / "model" / "model.json").read_text())["task"], task)
                program = os.environ.get("RESSHIFT")
                if program and task == "restoration":
                    command = [program, "restore", "photos/held.png", "-o", "out.png", "--model", "model"]
                    subprocess.run(command, cwd=self.folder, check=True)
                    self.assertEqual(Image.open(self.folder / "out.png").size, (96, 96))

    def test_a_network_that_keeps_fills_trains(self) -> None:
        """On squares as fills.py makes them, here with fills of one colour; with RESSHIFT, on its own."""
        (self.folder / "settings.json").write_text(
            json.dumps(read_json(TRAINING / "settings" / "inpainting-cpu.json") | {
                "crop": 64, "batch": 2, "validation": 1, "iterations": 3, "bf16": False}))
        (self.folder / "model.json").write_text(json.dumps(tiny("inpainting") | {"fill": "exemplar"}))
        fills = self.folder / "fills"
        program = os.environ.get("RESSHIFT")
        if program:
            command = [
                sys.executable, str(TRAINING / "fills.py"), str(TRAINING.parent / "plugin/models/compact-inpaint"),
                "settings.json", "fills", "--photos", "photos", "--hold-out", "hold-out.txt", "--count", "2", "--side", "80",
                "--program", program,
            ]
            subprocess.run(command, cwd=self.folder, check=True)
            self.assertEqual(len(list(fills.iterdir())), 6)
        else:
            fills.mkdir()
            square = Image.open(self.folder / "photos" / "one.png")
            hole = Image.new("1", square.size)
            hole.paste(1, (30, 30, 50, 60))
            square.save(fills / "00000-original.png")
            hole.save(fills / "00000-mask.png")
            square.paste((90, 80, 70), (30, 30, 50, 60))
            square.save(fills / "00000-fill.png")
        command = [
            sys.executable, str(TRAINING / "train.py"), "model.json", "settings.json", "--fills", "fills", "--held-fills",
            "fills", "--run", "run", "--device", "cpu", "--threads", "1",
        ]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        state = torch.load(self.folder / "run" / "checkpoint.pt", weights_only=True)
        self.assertEqual(state["iteration"], 3)

    def test_a_network_that_keeps_fills_wants_fills(self) -> None:
        (self.folder / "model.json").write_text(json.dumps(tiny("inpainting") | {"fill": "exemplar"}))
        command = [
            sys.executable, str(TRAINING / "train.py"), "model.json", str(TRAINING / "settings" / "inpainting.json"),
            "--photos", "photos", "--run", "run",
        ]
        refused = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("fills.py", refused.stderr)

    def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(self) -> None:
        self.assertEqual(self.train("restoration", "stopped", 2)["iteration"], 2)
        resumed = self.train("restoration", "stopped", 4)
        whole = self.train("restoration", "whole", 4)
        for name, value in resumed["average"].items():
            self.assertTrue(torch.equal(value, whole["average"][name]), name)


class Parts(unittest.TestCase):
    def test_a_perfect_network_restores_the_original(self) -> None:
        """Sampling is the inverse of the forward process, whatever the noise."""
        process = Process(tiny("restoration"))
        random = torch.Generator().manual_seed(1)
        original = torch.rand(1, 3, 64, 64, generator=random) * 2 - 1
        given = (original + 0.1 * torch.randn(1, 3, 64, 64, generator=random)).clamp(-1, 1)
        z0, zy, _ = process.start_and_end(original, given)

        class Perfect(torch.nn.Module):
            def forward(self, *_: torch.Tensor) -> torch.Tensor:
                return zy - z0

        self.assertTrue(torch.allclose(process.restored(Perfect(), given, original, random), original, atol=1e-5))

    def test_the_end_of_the_forward_process_is_the_prior(self) -> None:
        process = Process(tiny("restoration"))
        z0, zy = torch.zeros(1, 48, 16, 16), torch.ones(1, 48, 16, 16)
        noise = torch.randn(z0.shape, generator=torch.Generator().manual_seed(1))
        last = torch.tensor([process.sampler.steps])
        end = process.shifted(z0, zy, last, noise)
        self.assertLess(float((end - process.sampler.prior(zy, noise)).abs().max()), 0.03)
        first = process.shifted(z0, zy, torch.tensor([1]), torch.zeros_like(noise))
        self.assertLess(float(first.abs().max()), 0.1)

    def test_a_chain_of_its_own_is_that_of_the_sampler(self) -> None:
        process = Process(tiny("restoration"))
        condition = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(2))
        z0, zy, condition = process.start_and_end(condition, condition)
        noise = torch.randn(zy.shape, generator=torch.Generator().manual_seed(3))

        class Halves(torch.nn.Module):
            def forward(self, z: torch.Tensor, *_: torch.Tensor) -> torch.Tensor:
                return 0.5 * z

        t = torch.tensor([2, 1, 2])
        z = process.own(Halves(), zy, t, condition, noise, torch.Generator().manual_seed(4))
        prior = process.sampler.prior(zy, noise)
        self.assertTrue(torch.equal(z[::2], prior[::2]))
        fresh = torch.randn(zy.shape, generator=torch.Generator().manual_seed(4))
        start = process.predicted(Halves(), prior, zy, torch.full((3,), 2), condition)
        self.assertTrue(torch.allclose(z[1], process.sampler.step(prior, 2, start, fresh)[1], atol=1e-6))

    def test_near_the_rim_the_original_counts_and_further_in_the_fill(self) -> None:
        mask = torch.full((1, 1, 64, 64), -1.0)
        mask[..., 16:48, 16:48] = 1
        original, given = torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
        given[..., 16:48, 16:48] = 1
        made = given.clone().requires_grad_()
        near_rim(made, original, given, mask, 9).backward()
        gradient = made.grad[0, 0]
        self.assertGreater(float(gradient[32, 17]), 100 * abs(float(gradient[32, 32])))
        self.assertEqual(float(gradient[:8].abs().max()), 0)

    def test_degradation_keeps_its_promises(self) -> None:
        settings = read_json(TRAINING / "settings" / "super-resolution.json")["degradation"]
        picture = np.random.default_rng(2).random((64, 64, 3), dtype=np.float32)
        for seed in range(20):
            small = degraded(picture, 4, settings, np.random.default_rng(seed))
            self.assertEqual(small.shape, (16, 16, 3))
            self.assertTrue(((small >= 0) & (small <= 1)).all())
            again = degraded(picture, 4, settings, np.random.default_rng(seed))
            self.assertTrue((small == again).all())
        clean = degraded(picture, 4, settings | {"clean": 1.0}, np.random.default_rng(0))
        mean = picture.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
        self.assertLess(float(np.abs(clean - mean).max()), 0.003)

    def test_masks_cover_what_they_should(self) -> None:
        settings = read_json(TRAINING / "settings" / "inpainting.json")["masks"]
        for seed in range(30):
            share = random_mask(128, settings, np.random.default_rng(seed)).mean()
            self.assertTrue(0.03 <= share <= 0.6, share)

    def test_push_pull_keeps_what_is_known(self) -> None:
        picture = torch.full((1, 3, 37, 29), 0.3)
        known = torch.ones(1, 1, 37, 29)
        known[..., 10:20, 5:25] = 0
        holed = torch.where(known > 0, picture, -1.0)
        self.assertTrue(torch.allclose(push_pull(holed, known), picture, atol=1e-6))

    def test_a_mask_channel_goes_into_the_bias(self) -> None:
        torch.manual_seed(3)
        masked, plain = UNet(tiny("inpainting")["unet"]), UNet(tiny("restoration")["unet"])
        take_over(plain, masked.state_dict())
        z, lq, step = torch.randn(1, 48, 16, 16), torch.rand(1, 3, 64, 64), torch.tensor([1])
        known = torch.cat([lq, torch.full((1, 1, 64, 64), -1.0)], dim=1)
        with torch.no_grad():
            expected, found = masked(z, step, known), plain(z, step, lq)
        # At the edges the padding of the mask is 0, not -1: only the inside is the same.
        self.assertLess(float((expected - found)[..., 4:-4, 4:-4].abs().mean()), 0.1 * float(expected.abs().mean()) + 1e-6)

    def test_a_network_without_a_mask_becomes_one_with(self) -> None:
        torch.manual_seed(5)
        masked, plain = UNet(tiny("inpainting")["unet"]), UNet(tiny("restoration")["unet"])
        self.assertEqual(*take_over(masked, plain.state_dict()))
        z, lq, step = torch.randn(1, 48, 16, 16), torch.rand(1, 3, 64, 64), torch.tensor([1])
        known = torch.cat([lq, torch.rand(1, 1, 64, 64)], dim=1)
        with torch.no_grad():
            self.assertTrue(torch.allclose(masked(z, step, known), plain(z, step, lq), atol=1e-5))

    def test_squares_are_cut_after_the_degradation(self) -> None:
        """The blocks of a JPEG begin anywhere, and pictures stay in place beside what was made of them."""
        settings = {"crop": 32, "margin": 16, "shrink": 1.0, "degradation": {"clean": 1.0, "rounds": []}}
        photographs = [np.random.default_rng(6).integers(0, 256, (80, 90, 3), dtype=np.uint8)]
        original, lq = Samples(photographs, settings, 2, False, seed=1)[0]
        self.assertEqual((original.shape, lq.shape), ((3, 32, 32), (3, 16, 16)))
        mean = torch.nn.functional.avg_pool2d(original[None], 2)[0]
        self.assertLess(float((mean - lq).abs().max()), 0.01)

    def test_samples_do_not_depend_on_what_came_before(self) -> None:
        settings = read_json(TRAINING / "settings" / "restoration.json") | {"crop": 32}
        photographs = [np.random.default_rng(4).integers(0, 256, (80, 90, 3), dtype=np.uint8)]
        samples = Samples(photographs, settings, 1, False, seed=7)
        first = samples[5]
        samples[6]
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(first, samples[5])))


if __name__ == "__main__":
    unittest.main()
