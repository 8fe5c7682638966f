"""Figures: what can stand in a scene, how large, where, and in which colours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from collage.painting.scenes import animals, buildings, people, plants
from collage.painting.scenes.moods import COLOURS
from collage.painting.scenes.shapes import Parts

Place = Literal["land", "air", "water", "shore", "table", "front"]
"""Where a figure is at home; "front" fills the foreground and is cut by the lower border."""


@dataclass(frozen=True)
class Figure:
    """A figure and how it comes into a picture."""

    draw: Callable[[Generator], Parts]
    size: float
    """Its height as the only one, as a share of the picture's side."""
    place: Place
    coats: tuple[str, ...]
    """Colours it may have: of body, shade and light, as "rrggbb"."""


DRESS = ("7a2f3a 57202a efe2cc", "2f4f6f 20384f e6e2d6", "4a5f3a 34452a efe6d0",
         "2b2a30 18171c d8cfc0", "b5853a 8a602a f6ecd8")  # fmt: skip

FIGURES = {
    "cat": Figure(animals.cat, 0.56, "land", (
        "d98a3d a85f22 f7e3c0", "3a3a40 1f1f24 6a6a70", "9a9a9c 6a6a70 e6e4df",
        "efe6d6 c9b89c fffaf0", "7a5a40 4c3626 e0c8a4")),
    "dog": Figure(animals.dog, 0.56, "land", (
        "b9803f 7a4c22 f0dcb4", "e8dcc4 8a5f3a fff8ea", "4a3a30 2a211c c99a62",
        "8b8078 4f4944 e2dcd2")),
    "fox": Figure(animals.fox, 0.54, "land", ("d9692a a84a1c f9ecd6", "c4561f 8f3c15 f6e6cc")),
    "rabbit": Figure(animals.rabbit, 0.5, "land", (
        "b59a7c 8a7058 f2e8d8", "e9e2d8 c4b9aa ffffff", "8b857e 66615c dcd6ce")),
    "horse": Figure(animals.horse, 0.5, "land", (
        "8a5230 3a241a c08a5a", "4a3a34 1c1614 6f5a50", "d8d2c8 8f8a84 ffffff",
        "b5793c e6d3a8 dcb070")),
    "sheep": Figure(animals.sheep, 0.36, "land", ("efe9da cfc6b2 ffffff",)),
    "cow": Figure(animals.cow, 0.42, "land", ("f0eadd 3a2a22 fffaf0", "a8623a f0e4d0 d09468")),
    "elephant": Figure(animals.elephant, 0.56, "land", ("8f8c8c 716e70 b4b0ae",
        "9a8c80 786c62 bcb0a2")),
    "bird": Figure(animals.bird, 0.5, "front", (
        "4a7fb0 2c5580 e8a05a", "b5492f 6e2c22 f2d8b0", "d9b43a 5a5036 f6ecc0",
        "6f8f5a 43603a e8e2b8")),
    "owl": Figure(animals.owl, 0.58, "front", ("8a6a48 5c4430 dcc7a0", "7c7a78 525052 dcd8d0")),
    "fish": Figure(animals.fish, 0.36, "water", (
        "e8782c b44a1c ffe0a8", "3f8fb0 235f86 d8ecdf", "d8b436 a8742a fff2c0",
        "b84a5a 7a2c44 f6cdb8")),
    "butterfly": Figure(animals.butterfly, 0.46, "air", (
        "e5822c b4541f ffd98a", "3f7fc0 24538f bfe2f0", "c64f8a 7f2f66 f6c4d8",
        "e8c53a c48a22 fff3b8")),
    "woman": Figure(people.woman, 0.84, "front", DRESS),
    "man": Figure(people.man, 0.84, "front", DRESS),
    "lighthouse": Figure(buildings.lighthouse, 0.72, "shore", (
        "c23a2e 8f2a22 f6f1e4", "2f4f7f 223a5f f6f1e4", "2b2b30 17171a f4efe2")),
    "house": Figure(buildings.house, 0.42, "land", (
        "efe6d2 b9ab8f ffffff", "c25a42 8a3c2c f6ead6", "d9b25f a8823f fff6e0",
        "7f9fb0 5a7688 f6f3ea")),
    "church": Figure(buildings.church, 0.52, "land", ("efe8d8 b9b09c ffffff",
        "b9a88a 8a7a60 e8dcc4")),
    "castle": Figure(buildings.castle, 0.54, "land", ("a8a196 7c766c d0c9bc",
        "c2a886 937c5e e6d4b4")),
    "windmill": Figure(buildings.windmill, 0.62, "land", ("e6dcc6 b4a88e fffaf0",
        "8a6248 5f4230 b48c6c")),
    "boat": Figure(buildings.boat, 0.42, "water", (
        "8a4a2e 5c3020 f6efe0", "b5382c 7c241c fbf6ea", "2f4f78 1f3554 f6efe0")),
    "balloon": Figure(buildings.balloon, 0.46, "air", (
        "d8432f a02c22 f6c53b", "2f6fb4 204c80 f3e6c8", "e8a02c b4701c c2372d")),
    "car": Figure(buildings.car, 0.22, "land", (
        "c23a2e 8f2a22 ffffff", "e0b53a a8822a ffffff", "4f9a9c 357274 ffffff",
        "6f8fb8 4c688c ffffff")),
    "bridge": Figure(buildings.bridge, 0.3, "water", ("a39a8a 7c7466 cfc6b4",)),
    "tower": Figure(buildings.tower, 0.5, "land", ("5f6a78 454e5a 8a94a0", "7a6a60 5a4c44 a39288")),
    "rocket": Figure(buildings.rocket, 0.5, "air", ("e8e6e0 a8a6a0 f2f0ea",)),
    "robot": Figure(buildings.robot, 0.6, "land", (
        "9fb4c4 6d8294 dfe8ee", "d89a4a a06c2c f6e4c4", "8fb48a 5f825c dfeedc")),
    "tree": Figure(plants.tree, 0.62, "land", ("leaf leaf leaf",)),
    "pine": Figure(plants.pine, 0.6, "land", ("3f6b4a 2c4f38 5f8a62",)),
    "palm": Figure(plants.palm, 0.62, "shore", ("5a8f3f 3f6b30 86b456",)),
    "flower": Figure(plants.flower, 0.42, "land", (
        "d8432f a82c22 f08060", "e8b52c c2861c fbe08a", "c65f96 8f3a6c f0a8c8",
        "7a5fb4 54408a b8a4e0",
        "f2eee4 d0c8b8 ffffff")),
    "bouquet": Figure(plants.bouquet, 0.72, "table", (
        "d8432f 6a4a38 f0a070", "c65f96 5a4038 f2c4d8", "e8b52c 6a4a30 fbeab0",
        "6f7fc4 4a4440 c4ccf0")),
    "apple": Figure(plants.apple, 0.38, "table", ("c8302a 7a1f1c ee8a6a", "8fb03f 5f7a28 d0e08a")),
    "fruit": Figure(plants.fruit, 0.48, "table", ("c8302a 6a3a2a ee8a6a",)),
}  # fmt: skip
"""Every figure by its name."""


def coat(name: str, colour: str | None, rng: Generator) -> dict[str, str]:
    """The colours of a figure of `FIGURES`, in a colour of `COLOURS` if one is asked for."""
    chosen = FIGURES[name].coats[int(rng.integers(len(FIGURES[name].coats)))].split()
    if colour:
        body = COLOURS[colour]
        keep = name in ("lighthouse", "boat", "rocket", "woman", "man")
        chosen = [body, _toned(body, 0.66), chosen[2] if keep else _toned(body, 1.45)]
    roof = str(rng.choice(["8a3f30", "5a5660", "7a4a34", "4a5f78"]))
    flag = str(rng.choice(["c2372d", "2f5f9f", "d9a82c"]))
    return {
        "body": chosen[0], "shade": chosen[1], "light": chosen[2], "roof": roof, "flag": flag,
        "sail": {"rocket": "c8392c", "bouquet": "e9dcc0"}.get(name, "efe2c6"),
        "door": str(rng.choice(["6a3f2a", "3f5f5a", "7a2f2c"])),
        "trunk": "5f4632", "stalk": "5a7f3a", "leaf": "6a9440", "heart": "8a5a24",
        "vase": str(rng.choice(["3f6a8a", "b5683f", "e2d8c4", "5a7a68"])),
        "window": "4a6478", "pane": "8a9cac", "lit": "ffd98a", "under": "3a4a50",
    }  # fmt: skip


def _toned(code: str, amount: float) -> str:
    """A colour darker below 1 or nearer to white above."""
    values = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], float)
    toned = values * amount if amount < 1 else 255 - (255 - values) / amount**2
    return "".join(f"{round(v):02x}" for v in toned)
