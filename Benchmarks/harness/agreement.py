"""Child process: compares what the runtimes gave. Prints a JSON line; `problems` is empty if all agree.

The argument is a JSON object with `action` (realsr or compact), `folder` and `runtimes`, whose outputs lie there.
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

# Of the difference from PyTorch's float32: its median and its root mean square, as parts of the output's root mean
# square. Float32 rounding gives 1e-5; a code of the VQ codebook that flips at a tie moves the second number only.
FLOAT32 = (1e-4, 1e-2)
# bfloat16 has 8 bits. OpenVINO looks up the codes with them, too, and gets neighbours, hence so much room.
BFLOAT16 = (0.1, 0.2)
# Of 65535 levels: the median difference of resshift's picture, and how many samples may be off by more than 0.5%.
MEDIAN_LEVELS = 2
FAR_LEVELS, FAR_SHARE = 328, 0.01
# Of 255 levels, for the 8-bit picture of the built-in model: the samples that may be off by more than one.
OFF_SHARE = 1e-4


def read_png16(file: Path) -> np.ndarray:
    """[H, W, 3], 16 bits: Pillow would reduce them to 8."""
    data = file.read_bytes()
    position, packed, header = 8, b"", b""
    while position < len(data):
        length, kind = int.from_bytes(data[position:position + 4]), data[position + 4:position + 8]
        body = data[position + 8:position + 8 + length]
        header = body if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        position += 12 + length
    width, height = int.from_bytes(header[0:4]), int.from_bytes(header[4:8])
    if header[8:] != bytes([16, 2, 0, 0, 0]):  # 16 bits, RGB, not interlaced
        raise ValueError(f"{file}: not a 16-bit RGB PNG")
    step, rows = 6, zlib.decompress(packed)
    stride = width * step
    above = bytearray(stride)
    pixels = bytearray()
    for y in range(height):
        start = y * (stride + 1)
        line = bytearray(rows[start + 1:start + 1 + stride])
        unfilter(rows[start], line, above, step)
        pixels += line
        above = line
    return np.frombuffer(bytes(pixels), ">u2").reshape(height, width, 3)


def unfilter(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    """Undoes one of the five filters of PNG, in place."""
    for i in range(len(line)):
        left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
        up = above[i]
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda value: abs(estimate - value))
        else:
            guess = 0
        line[i] = (line[i] + guess) & 255


def difference(found: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """Median and root mean square of the difference, relative to the root mean square of the reference."""
    rms = float(np.sqrt(np.mean(reference**2)))
    delta = np.abs(found - reference)
    return float(np.median(delta)) / rms, float(np.sqrt(np.mean(delta**2))) / rms


def compare_realsr(folder: Path, runtimes: list[str]) -> dict:
    """Stage by stage among the Python runtimes, whole pictures with resshift."""
    outputs = {name: np.load(folder / f"outputs-{name}.npz") for name in runtimes if not name.startswith("resshift")}
    reference = outputs["pytorch"]
    problems, found = [], {}
    for name in (name for name in outputs if name != "pytorch"):
        bf16 = name.endswith("bf16")
        limits = BFLOAT16 if bf16 else FLOAT32
        for part in ("encoder", "unet", "decoder") if bf16 else ("encoder", "unet", "decoder", "whole"):
            median, rms = difference(outputs[name][part], reference[part])
            found[f"{name} {part}"] = {"median": median, "rms": rms}
            if not (median <= limits[0] and rms <= limits[1]):
                problems.append(f"{name}, {part}: differs from PyTorch by {median:.1e} (median), {rms:.1e} (rms)")
    for name in (name for name in runtimes if name.startswith("resshift")):
        ours = read_png16(folder / f"small-{name}.png").astype(float)
        theirs = np.rint((reference["whole"][0].transpose(1, 2, 0) + 1) * 32767.5)
        delta = np.abs(ours - theirs)
        median, far = float(np.median(delta)), float(np.mean(delta > FAR_LEVELS))
        found[f"{name} whole"] = {"median of 65535 levels": median, "share off by over 0.5%": far}
        # Many codes are near a tie where weights are random, so that pictures in bfloat16 differ where they flip.
        if not name.endswith("bf16") and not (median <= MEDIAN_LEVELS and far <= FAR_SHARE):
            problems.append(f"{name}: differs from PyTorch by {median:.0f} of 65535 levels, {far:.1%} by over 0.5%")
    return {"problems": problems, "found": found}


def compare_compact(folder: Path, runtimes: list[str]) -> dict:
    """The large 8-bit picture of the built-in model, made in the same tiles by all."""
    pictures = {name: np.asarray(Image.open(folder / f"photo-{name}.png")).astype(int) for name in runtimes}
    problems, found = [], {}
    for name in (name for name in runtimes if name != "pytorch"):
        delta = np.abs(pictures[name] - pictures["pytorch"])
        off = float(np.mean(delta > 1))
        found[f"{name} compact"] = {"largest of 255 levels": int(delta.max()), "share off by over 1": off}
        if not off <= OFF_SHARE:
            problems.append(f"{name}, built-in model: {off:.2%} of the samples differ from PyTorch by more than one")
    return {"problems": problems, "found": found}


def main() -> None:
    """See above."""
    job = json.loads(sys.argv[1])
    folder = Path(job["folder"])
    compare = compare_realsr if job["action"] == "realsr" else compare_compact
    print(json.dumps(compare(folder, job["runtimes"])))


if __name__ == "__main__":
    main()
