"""Draws the sample: photographs of leaves, with the sins of real collections left in on purpose.

Run as: python -m image_api data --data sample

What the real world does to such data, and this sample too:
- several photographs show the same plant, so a split by photograph leaks;
- in the laboratory each kind of damage was mostly photographed at one bench, so the paper behind the leaf gives the
  answer away; in the field the ground says nothing;
- kinds of damage share their colours and differ in shape, and early damage of any kind is little more than a speck.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from image_api.kit.progress import progress

KINDS = ("healthy", "leaf blight", "leaf miner", "powdery mildew", "rust")
LAB_PLANTS_PER_KIND = 108
FIELD_PLANTS_PER_KIND = 26
PHOTOGRAPHS_PER_PLANT = 3
NEAR, FAR = (0.97, 1.03), (0.70, 1.0)  # size of a leaf: in the laboratory from a fixed height, in the field by hand
BENCH_HABIT = 0.75  # share photographed on the paper usual for their kind; the others on any

SIDE = 64  # pixels of a finished photograph
PEN = 2  # drawn this many times larger, then reduced: smooth edges
CANVAS = SIDE * PEN

BROWN = (128, 78, 38)  # rust and blight
PALE = (214, 216, 196)  # mildew and miner
PAPERS = ((188, 182, 170), (170, 184, 194), (196, 178, 176), (176, 190, 172), (184, 176, 194))
GROUNDS = ((104, 82, 60), (86, 98, 62), (132, 120, 96), (70, 84, 58), (120, 104, 88))

Point = tuple[float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Mark:
    """One trace of damage; positions along and across the leaf, both from -1 to 1."""

    path: tuple[Point, ...]  # one point: a spot; several: a trail
    radius: float  # in finished pixels
    colour: Colour
    soft: bool = False  # without an edge, as mildew is


@dataclass(frozen=True)
class Plant:
    """One leaf of one plant: all its photographs show this."""

    number: int
    kind: str
    place: str  # "lab" or "field"
    green: Colour
    length: float  # half the leaf, in finished pixels
    width: float
    bend: float
    angle: float  # how it lies, in radians
    veins: int
    marks: tuple[Mark, ...]
    ground: Colour


def draw(folder: Path, seed: int) -> None:
    """Write `KIND/PLANT-PHOTOGRAPH.png` and `plants.csv` (path, plant, place) into `folder`."""
    rows = []
    plants = list(_plants(np.random.default_rng(seed)))
    for plant in progress(plants, "drawing plants"):
        for shot in range(PHOTOGRAPHS_PER_PLANT):
            path = Path(plant.kind.replace(" ", "_")) / f"{plant.number:04}-{shot}.png"
            (folder / path.parent).mkdir(parents=True, exist_ok=True)
            photograph(plant, np.random.default_rng([seed, plant.number, shot])).save(folder / path)
            rows.append((path.as_posix(), f"{plant.number:04}", plant.place))
    with (folder / "plants.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("path", "plant", "place"), *rows])


def _plants(rng: np.random.Generator) -> Iterator[Plant]:
    places = ["lab"] * LAB_PLANTS_PER_KIND + ["field"] * FIELD_PLANTS_PER_KIND
    for number, (kind, place) in enumerate((kind, place) for kind in KINDS for place in places):
        yield grow(number, kind, place, rng)


def grow(number: int, kind: str, place: str, rng: np.random.Generator) -> Plant:
    """A plant of that kind; most of what it looks like has nothing to do with what ails it."""
    green = (rng.normal(88, 24), rng.normal(126, 18), rng.normal(62, 18))
    if place == "field":
        ground = GROUNDS[rng.integers(len(GROUNDS))]
    elif rng.random() < BENCH_HABIT:
        ground = PAPERS[KINDS.index(kind)]
    else:
        ground = PAPERS[rng.integers(len(PAPERS))]
    severity = rng.beta(1.2, 2.0)  # many early cases, few late ones
    return Plant(
        number,
        kind,
        place,
        _colour(green),
        length=rng.uniform(22, 28),
        width=rng.uniform(9, 15),
        bend=rng.uniform(-0.25, 0.25),
        angle=rng.uniform(-math.pi, math.pi),
        veins=int(rng.integers(3, 7)),
        marks=(*_wear(rng), *_damage(kind, severity, rng)),
        ground=_vary(ground, rng, 7),  # each was photographed in a session of its own
    )


def _wear(rng: np.random.Generator) -> Iterator[Mark]:
    """What healthy leaves carry too: nicks, dust and glare."""
    for _ in range(rng.poisson(1.5)):
        yield Mark((_inside(rng),), rng.uniform(0.7, 1.5), _vary(BROWN, rng))
    for _ in range(rng.poisson(1.2)):
        yield Mark((_inside(rng),), rng.uniform(0.8, 2.2), _vary(PALE, rng), soft=True)


def _damage(kind: str, severity: float, rng: np.random.Generator) -> Iterator[Mark]:
    match kind:
        case "rust":  # many small round spots
            for _ in range(2 + round(16 * severity)):
                yield Mark((_inside(rng),), rng.uniform(0.9, 1.6), _vary(BROWN, rng))
        case "leaf blight":  # few large blotches, each of overlapping spots
            for _ in range(1 + round(1.6 * severity)):
                x, y = _inside(rng)
                for _ in range(3):
                    near = (x + rng.normal(0, 0.05), y + rng.normal(0, 0.12))
                    yield Mark((near,), rng.uniform(1.0, 1.6) + 2.4 * severity, _vary(BROWN, rng, 6))
        case "powdery mildew":  # pale patches without an edge
            for _ in range(1 + round(4 * severity)):
                yield Mark((_inside(rng),), rng.uniform(1.6, 2.6) + 2.6 * severity, _vary(PALE, rng), soft=True)
        case "leaf miner":  # pale winding trails
            for _ in range(1 + round(2 * severity)):
                yield Mark(_trail(rng, steps=4 + round(8 * severity)), rng.uniform(0.5, 0.9), _vary(PALE, rng))


def _trail(rng: np.random.Generator, steps: int) -> tuple[Point, ...]:
    (x, y), heading, points = _inside(rng), rng.uniform(0, 2 * math.pi), []
    for _ in range(steps):
        points.append((x, y))
        heading += rng.normal(0, 0.9)
        x = float(np.clip(x + 0.11 * math.cos(heading), -0.8, 0.8))
        y = float(np.clip(y + 0.22 * math.sin(heading), -0.7, 0.7))
    return tuple(points)


def photograph(plant: Plant, rng: np.random.Generator) -> Image.Image:
    """One photograph, 64 × 64 RGB: the leaf turned, moved, lit and focused a little differently each time."""
    is_lab = plant.place == "lab"
    turn, scale = plant.angle + rng.normal(0, 0.06 if is_lab else 0.3), rng.uniform(*(NEAR if is_lab else FAR))
    middle = rng.normal(SIDE / 2, 0.8 if is_lab else 4, size=2)

    def place(along: float, across: float) -> Point:
        """Leaf coordinates to canvas pixels; `across` is relative to the leaf's width there."""
        x = along * plant.length * scale
        y = (across * _half_width(along) * plant.width + plant.bend * plant.length * (1 - along**2)) * scale
        return (
            PEN * (middle[0] + x * math.cos(turn) - y * math.sin(turn)),
            PEN * (middle[1] + x * math.sin(turn) + y * math.cos(turn)),
        )

    canvas = _lab(plant, rng) if is_lab else _field(plant, rng)
    edge = np.linspace(-1, 1, 25)
    outline = [place(t, 1) for t in edge] + [place(t, -1) for t in edge[::-1]]
    leaf = Image.new("L", canvas.size)
    ImageDraw.Draw(leaf).polygon(outline, fill=255)

    blade = Image.new("RGB", canvas.size, plant.green)
    pen = ImageDraw.Draw(blade)
    rib = _shade(plant.green, 1.18)
    pen.line([place(t, 0) for t in edge], fill=rib, width=PEN)
    for t in np.linspace(-0.7, 0.6, plant.veins):
        for side in (-0.85, 0.85):
            pen.line([place(t, 0), place(t + 0.18, side)], fill=rib, width=1)
    for mark in plant.marks:
        _paint(blade, [place(*point) for point in mark.path], mark)

    canvas.paste(blade, mask=leaf)
    if not is_lab:
        canvas = _shadowed(canvas, rng)
    light = rng.normal(1.0, 0.06) if is_lab else rng.normal(0.82, 0.16)
    return _expose(canvas.reduce(PEN), light, rng)


def _paint(blade: Image.Image, points: list[Point], mark: Mark) -> None:
    mask = Image.new("L", blade.size)
    pen, radius = ImageDraw.Draw(mask), mark.radius * PEN
    if len(points) > 1:
        pen.line(points, fill=230, width=max(2, round(radius * 1.6)), joint="curve")
    else:
        (x, y) = points[0]
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=170 if mark.soft else 230)
    if mark.soft:
        mask = mask.filter(ImageFilter.GaussianBlur(radius * 0.5))
    blade.paste(mark.colour, mask=mask)


def _lab(plant: Plant, rng: np.random.Generator) -> Image.Image:
    """Plain paper, of nearly the same colour each time."""
    return Image.new("RGB", (CANVAS, CANVAS), _vary(plant.ground, rng, 2))


def _field(plant: Plant, rng: np.random.Generator) -> Image.Image:
    """Soil and other leaves, out of focus."""
    ground = Image.new("RGB", (CANVAS, CANVAS), _vary(plant.ground, rng, 12))
    pen = ImageDraw.Draw(ground)
    for _ in range(rng.integers(8, 18)):
        x, y = rng.uniform(0, CANVAS, size=2)
        w, h = rng.uniform(4, 36, size=2)
        pen.ellipse((x - w, y - h, x + w, y + h), fill=_vary(GROUNDS[rng.integers(len(GROUNDS))], rng, 14))
    return ground.filter(ImageFilter.GaussianBlur(2.5))


def _shadowed(canvas: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Under other leaves: some of it in soft shadow."""
    mask = Image.new("L", canvas.size)
    pen = ImageDraw.Draw(mask)
    for _ in range(rng.integers(1, 4)):
        x, y = rng.uniform(0, CANVAS, size=2)
        w, h = rng.uniform(12, 44, size=2)
        pen.ellipse((x - w, y - h, x + w, y + h), fill=int(rng.uniform(120, 230)))
    shadow = canvas.point(lambda value: value * 0.45)
    return Image.composite(shadow, canvas, mask.filter(ImageFilter.GaussianBlur(5)))


def _expose(image: Image.Image, light: float, rng: np.random.Generator) -> Image.Image:
    """Light, focus and the sensor's noise."""
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.6)))
    noisy = np.asarray(image, dtype=np.float32) * light + rng.normal(0, 3.0, (SIDE, SIDE, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _half_width(along: float) -> float:
    return math.sqrt(max(0.0, 1 - along**2)) * (1 - 0.25 * along)


def _inside(rng: np.random.Generator) -> Point:
    return float(rng.uniform(-0.75, 0.75)), float(rng.uniform(-0.75, 0.75))


def _vary(colour: Colour, rng: np.random.Generator, spread: float = 12.0) -> Colour:
    return _colour(np.asarray(colour) + rng.normal(0, spread, 3))


def _shade(colour: Colour, factor: float) -> Colour:
    return _colour(np.asarray(colour) * factor)


def _colour(values: object) -> Colour:
    red, green, blue = (int(v) for v in np.clip(np.asarray(values, dtype=float), 0, 255))
    return red, green, blue
