"""The start network: what it takes over, its training, and the UNet that goes on from its pictures."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

TRAINING = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TRAINING.parent / "Benchmarks"), str(TRAINING), str(Path(__file__).resolve().parent)]

from networks.model import Model  # noqa: E402
from networks.start import StartNetwork  # noqa: E402
from test_distillation import SETTINGS, bicubic, write_teacher  # noqa: E402
from test_ncnn_graph import half  # noqa: E402
from test_training import tiny, write_photographs  # noqa: E402
from training.losses import lattice  # noqa: E402
from training.ncnn_graph import Graph  # noqa: E402
from training.pairs import Pairs, count_of, make  # noqa: E402
from training.process import Process  # noqa: E402
from training.run import Start  # noqa: E402
from training.samples import Samples  # noqa: E402
from training.photographs import read_photographs  # noqa: E402
from training.weights import start_of_graph  # noqa: E402

SIZES = {"channels": 32, "blocks": 1}


def write_start_graph(param: Path, extra: tuple[str, ...] = ()) -> None:
    """A start network of one block and 4 channels as ncnn stores one."""
    random = torch.Generator().manual_seed(7)
    lines = [
        "Input in 0 1 data", "Split split 1 2 data a b",
        "Convolution one 1 1 a c 0=4 1=3 4=1 5=1 6=108", "PReLU one_slopes 1 1 c d 0=4",
        "Convolution two 1 1 d e 0=4 1=3 4=1 5=1 6=144", "PReLU two_slopes 1 1 e f 0=4",
        "Convolution three 1 1 f g 0=48 1=3 4=1 5=1 6=1728", "PixelShuffle shuffle 1 1 g h 0=4",
        "Interp large 1 1 b i 0=1 1=4 2=4", "BinaryOp sum 2 1 h i out", *extra,
    ]
    param.write_text("\n".join(["7767517", f"{len(lines)} {len(lines) + 1}", *lines, ""]))
    weights = b""
    for outputs, inputs in ((4, 3), (4, 4), (48, 4)):
        weights += half(torch.randn(outputs, inputs, 3, 3, generator=random) * 0.3)
        weights += torch.randn(outputs, generator=random).mul(0.1).numpy().tobytes()
        weights += torch.rand(4, generator=random).numpy().tobytes() if outputs == 4 else b""
    param.with_suffix(".bin").write_bytes(weights)


class StartNetworks(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.model = tiny("super-resolution") | {"start": SIZES}
        self.model["files"]["start"] = "start.safetensors"
        (self.folder / "model.json").write_text(json.dumps(self.model))
        (self.folder / "plain.json").write_text(json.dumps(tiny("super-resolution")))
        settings = SETTINGS | {"truth": 0.35, "real": "original", "crop": 64}
        (self.folder / "settings.json").write_text(json.dumps(settings))

    def pairs(self) -> None:
        write_photographs(self.folder / "photos", 192)
        photographs = read_photographs(self.folder / "photos", set(), 160)
        samples = Samples(photographs, SETTINGS | {"crop": 128}, 4, False, seed=1)
        make(self.folder / "pairs", bicubic, samples, 3, 2, 0, lambda there: True)

    def run_program(self, program: str, *words: object) -> subprocess.CompletedProcess:
        command = [sys.executable, str(TRAINING / program), *map(str, words)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True)

    def train(self, run: str, stop: int, *words: object) -> dict:
        done = self.run_program(
            "train.py", "model.json", "settings.json", "--pairs", "pairs", "--held-pairs", "pairs", "--run", run, "--device",
            "cpu", "--threads", 1, "--iterations", stop, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return torch.load(self.folder / run / "checkpoint.pt", weights_only=True)

    def test_an_untrained_network_nearly_repeats_pixels(self) -> None:
        torch.manual_seed(1)
        network = StartNetwork(SIZES, 4)
        torch.nn.init.zeros_(network.tail.weight)
        torch.nn.init.zeros_(network.tail.bias)
        lq = torch.rand(1, 3, 5, 6) * 2 - 1
        self.assertTrue(torch.allclose(network(lq), F.interpolate(lq, scale_factor=4.0, mode="nearest"), atol=1e-6))

    def test_a_graph_of_the_kind_is_taken_over(self) -> None:
        param = self.folder / "start.param"
        write_start_graph(param)
        network = StartNetwork({"channels": 4, "blocks": 1}, 4)
        network.load_state_dict(start_of_graph(param))
        picture = torch.rand(2, 3, 9, 7, generator=torch.Generator().manual_seed(2))
        with torch.no_grad():
            self.assertTrue(torch.allclose((network(picture * 2 - 1) + 1) / 2, Graph(param)(picture), atol=1e-6))

    def test_other_graphs_are_refused(self) -> None:
        param = self.folder / "other.param"
        write_teacher(param)
        with self.assertRaisesRegex(SystemExit, "other.param: is not a graph of the kind that a start network is"):
            start_of_graph(param)

    def test_truth_is_the_share_of_the_original_in_a_target(self) -> None:
        self.pairs()
        kinds = [
            Pairs(self.folder / "pairs", 3, {"crop": 64, "originals": originals, "truth": truth}, 4, seed=5)
            for originals, truth in ((0, 0), (1, 0.35), (0, 0.35))]
        for index in range(4):
            (teacher, lq, original), (other, _, same), (mixed, _, _) = (pairs[index] for pairs in kinds)
            self.assertTrue(torch.equal(other, original) and torch.equal(same, original))
            self.assertTrue(torch.allclose(mixed, 0.65 * teacher + 0.35 * original, atol=1e-5))
            self.assertEqual(lq.shape, (3, 16, 16))

    def test_losses_begin_at_their_share_of_the_training(self) -> None:
        settings = {**SETTINGS, "iterations": 1000, "frequency_from": 500, "adversarial": 0.1, "adversarial_from": 800}
        run = Start(self.model, settings, "cpu", 1)
        run.last = 100
        seen = []
        for run.iteration in (0, 49, 50, 79, 80, 100):
            seen.append((run.has_come("frequency_from"), run.is_critical(), run.has_come("lattice_from")))
        self.assertEqual([frequency for frequency, _, _ in seen], [False, False, True, True, True, True])
        self.assertEqual([critic for _, critic, _ in seen], [False] * 4 + [True] * 2)
        self.assertTrue(all(without for _, _, without in seen))
        # Before, the amplitudes do not count.
        original, condition = torch.zeros(1, 3, 64, 64), torch.rand(1, 3, 16, 16)
        changed = []
        for frequency in (0, 1000):
            run = Start(self.model, {**settings, "frequency": frequency, "gradients": 0}, "cpu", 1)
            run.step(original, condition)
            changed.append(run.network.state_dict()["tail.weight"])
        self.assertTrue(torch.equal(*changed))

    def test_a_lattice_is_seen_and_tones_are_not(self) -> None:
        picture = torch.rand(2, 3, 64, 48, generator=torch.Generator().manual_seed(4))
        pattern = torch.zeros(1, 3, 4, 4)
        pattern[:, 1, 2, 3] = 0.16
        self.assertLess(float(lattice(picture + 0.3, picture, 4)), 1e-6)
        self.assertAlmostEqual(
            float(lattice(picture + pattern.repeat(1, 1, 16, 12), picture, 4)), 0.16 * (15 / 16 + 15 / 16) / 48, places=6)

    def test_the_start_of_the_process_is_the_networks_picture(self) -> None:
        torch.manual_seed(3)
        network, process = StartNetwork(SIZES, 4), Process(self.model)
        process.begin_with(SIZES, network.state_dict(), "cpu")
        lq = torch.rand(1, 3, 16, 16) * 2 - 1
        _, zy, condition = process.start_and_end(torch.zeros(1, 3, 64, 64), lq)
        self.assertTrue(torch.allclose(process.decode(zy), network(lq), atol=1e-5))
        self.assertTrue(torch.equal(condition, lq))

    def test_it_trains_is_resumed_and_the_unet_goes_on_from_it(self) -> None:
        self.pairs()
        whole = self.train("whole", 4, "--network", "start")
        self.train("stopped", 1, "--network", "start")
        resumed = self.train("stopped", 4, "--network", "start")
        for part in ("average", "start", "discriminator"):
            for name, value in resumed[part].items():
                self.assertTrue(torch.equal(value, whole[part][name]), name)
        self.assertEqual(self.run_program("export.py", "model.json", "whole", "model").returncode, 0)
        exported = load_file(self.folder / "model" / "start.safetensors")
        self.assertTrue(torch.equal(exported["tail.weight"], whole["average"]["tail.weight"].half()))
        # Of two runs, the mean.
        early = self.train("early", 1, "--network", "start")
        self.assertEqual(self.run_program("export.py", "model.json", "whole", "early", "mean").returncode, 0)
        mean = (whole["average"]["tail.weight"] + early["average"]["tail.weight"]) / 2
        self.assertTrue(torch.equal(load_file(self.folder / "mean" / "start.safetensors")["tail.weight"], mean.half()))

        unet = self.train("unet", 2, "--start", "model/start.safetensors")
        self.assertNotIn("start", unet)
        self.assertGreater(float(unet["unet"]["out.2.weight"].abs().max()), 0)
        self.assertEqual(self.run_program("export.py", "model.json", "unet", "model").returncode, 0)
        model = Model.read(self.folder / "model" / "model.json")
        lq = torch.rand(1, 3, 8, 8)
        self.assertEqual(model.start(lq).shape, (1, 3, 32, 32))
        shown = self.run_program("sheet.py", "model", "pairs", "sheet.png", "--device", "cpu")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        program = os.environ.get("RESSHIFT")
        if program:
            Image.new("RGB", (21, 13), (10, 200, 90)).save(self.folder / "small.png")
            subprocess.run([program, "upscale", "small.png", "-o", "large.png", "--model", "model"], cwd=self.folder, check=True)
            with Image.open(self.folder / "large.png") as large:
                self.assertEqual(large.size, (84, 52))

    def test_what_does_not_fit_together_is_refused(self) -> None:
        pairs = ("settings.json", "--pairs", "pairs", "--run", "run")
        for words, says in (
            (("plain.json", *pairs, "--network", "start"), "no section \"start\""),
            (("plain.json", *pairs, "--start", "start.safetensors"), "on top of --start"),
            (("model.json", *pairs), "on top of --start"),
        ):
            refused = self.run_program("train.py", *words)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(says, refused.stderr)
        self.pairs()
        self.train("run", 1, "--network", "start")
        refused = self.run_program("export.py", "plain.json", "run", "model")
        self.assertIn("names no file \"start\"", refused.stderr)

    def test_one_command_makes_both_networks(self) -> None:
        write_photographs(self.folder / "photos", 192)
        (self.folder / "hold-out.txt").write_text("held\n")
        write_teacher(self.folder / "teacher.param")
        made = self.run_program(
            "distil.py", "out", "--photos", "photos", "--hold-out", "hold-out.txt", "--model", "model.json", "--settings",
            "settings.json", "--start-settings", "settings.json", "--teacher", "teacher.param", "--device", "cpu", "--threads", 1,
            "--minutes", 5)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(count_of(self.folder / "out" / "pairs"), 5)
        model = self.folder / "out" / "model"
        self.assertEqual(sorted(file.name for file in model.iterdir()), ["model.json", "start.safetensors", "unet.safetensors"])
        self.assertTrue((self.folder / "out" / "sheet.png").exists())


if __name__ == "__main__":
    unittest.main()
