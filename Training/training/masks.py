"""Holes for inpainting: strokes, boxes and borders; true = hole."""

import numpy as np
from PIL import Image, ImageDraw


def random_mask(side: int, settings: dict, random: np.random.Generator) -> np.ndarray:
    """[side, side] of bool, covering about the share `area` = [low, high]; kinds by their weights in `kinds`."""
    kinds = settings["kinds"]
    weights = np.array(list(kinds.values()), dtype=np.float64)
    kind = list(kinds)[random.choice(len(kinds), p=weights / weights.sum())]
    area = random.uniform(*settings["area"]) * side * side
    if kind == "border":
        return border(side, area, random)
    image = Image.new("1", (side, side))
    draw = ImageDraw.Draw(image)
    mask = np.zeros((side, side), dtype=bool)
    while mask.sum() < area:
        (stroke if kind == "strokes" else box)(draw, side, area, random)
        mask = np.asarray(image)
    return mask


def box(draw: ImageDraw.ImageDraw, side: int, area: float, random: np.random.Generator) -> None:
    """A rectangle of a third of the area or less."""
    width = int(random.integers(side // 16 + 1, max(side // 16 + 2, int(np.sqrt(area)) + 1)))
    height = int(random.integers(side // 16 + 1, max(side // 16 + 2, int(np.sqrt(area)) + 1)))
    x, y = (int(random.integers(0, side)) for _ in range(2))
    draw.rectangle((x - width // 2, y - height // 2, x + width // 2, y + height // 2), fill=1)


def stroke(draw: ImageDraw.ImageDraw, side: int, area: float, random: np.random.Generator) -> None:
    """A wandering line of a round brush."""
    brush = int(random.integers(max(2, side // 64), max(3, side // 10)))
    points = [random.uniform(0, side, 2)]
    angle = random.uniform(0, 2 * np.pi)
    for _ in range(int(random.integers(2, 12))):
        angle += random.normal(0, 0.9)
        length = random.uniform(side / 24, side / 6)
        points.append(points[-1] + length * np.array([np.cos(angle), np.sin(angle)]))
    draw.line([tuple(point) for point in points], fill=1, width=brush)
    for x, y in points:
        draw.ellipse((x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2), fill=1)


def border(side: int, area: float, random: np.random.Generator) -> np.ndarray:
    """One or two sides of the picture, for what is to be continued outwards."""
    mask = np.zeros((side, side), dtype=bool)
    sides = random.permutation(4)[:int(random.integers(1, 3))]
    width = max(1, round(area / side / len(sides)))
    for which in sides:
        mask |= np.rot90(np.arange(side)[:, None] < width, int(which)) & np.ones((side, side), dtype=bool)
    return mask
