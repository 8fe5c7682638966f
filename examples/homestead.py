"""The place in the sample picture: sky, trees, barn, meadow and the farmhouse."""

import numpy as np

from collage.painting.canvas import blur, clip, mix, positions, shift, step
from collage.painting.noise import clouds
from examples.easel import Easel, colour, curve, ellipse, points


def sky(easel: Easel, rng: np.random.Generator) -> None:
    """A clear morning, deep blue to butter, with lit heaps of cloud."""
    whole = np.ones((easel.side, easel.side), np.float32)
    _, y = positions(whole.shape)
    row = y / (easel.side)
    easel.wash(whole, "3f78a8", "9cc3cf", (0, 270))
    easel.wash(step(0.18, 0.46, row), "a9c9d2", "f8e3b4", (200, 460))
    heap = clouds(whole.shape, 260 * easel.scale, rng, octaves=6)
    bend = [(clouds(whole.shape, 200 * easel.scale, rng) - 0.5) for _ in range(2)]
    # Bent, lest the clouds show the lattice they are made on.
    heap = shift(heap, *(axis * (340 * easel.scale) for axis in bend))
    body = step(0.50, 0.62, heap + 0.12 - np.abs(row - 0.17) * 0.9)
    soft = blur(heap, 5 * easel.scale)
    lit = shift(soft, 16 * easel.scale, 20 * easel.scale) - soft
    tone = clip(0.55 - lit * 4.0)[..., None]
    cloud = mix(colour("8fa4bd"), colour("fffaec"), tone)
    easel.picture = mix(easel.picture, cloud, body * 0.94)


def trees(easel: Easel, rng: np.random.Generator) -> None:
    """Round trees behind the house, each with leaf clumps lit from the left."""
    hills = easel.mask(
        curve(points("-60,470 120,418 300,446 520,428 760,424 1090,405 1090,640 -60,640"))
    )
    easel.wash(hills, "7c9a86", "8aa263", (400, 520))
    for cx, cy, r in (
        (40, 372, 84),
        (150, 352, 96),
        (238, 396, 66),
        (742, 372, 66),
        (806, 350, 72),
        (930, 336, 84),
        (1010, 372, 70),
    ):
        trunk = easel.line([(cx, cy), (cx + 3, 502)], 11)
        easel.tint(trunk, "4a3826")
        crown = easel.mask(ellipse(cx, cy, r, r * 0.94))
        easel.tint(crown, "3f5e33")
        easel.round(crown, r * 0.6, 0.75)
        turn, away = rng.uniform(0, 2 * np.pi, 90), r * np.sqrt(rng.uniform(0, 1, 90)) * 0.96
        x, y = cx + away * np.cos(turn), cy + away * np.sin(turn)
        # Clumps towards the upper left catch the sun.
        sun = 0.5 - (x - cx + y - cy) / (2.4 * r) + rng.normal(0, 0.1, 90)
        for number, tone in enumerate(("22401f", "35572a", "557536", "7f9544", "b3be5c")):
            here = np.clip(sun * 5, 0, 4).astype(int) == number
            clumps = [
                ellipse(px, py, rng.uniform(6, 14), rng.uniform(4, 10), rng.uniform(-0.6, 0.6))
                for px, py in zip(x[here], y[here], strict=True)
            ]
            easel.tint(easel.masks(clumps, 2.2), tone, 0.6)


def barn(easel: Easel) -> None:
    """A red barn at the right, its gambrel roof against the trees."""
    wall = easel.mask(points("838,520 838,352 930,276 1060,276 1060,520"))
    easel.wash(wall, "a8402f", "7a2820", (280, 520))
    for x in range(846, 1030, 13):
        easel.tint(easel.line([(x, max(280, 352 - (x - 838) * 0.83)), (x, 520)], 2), "4f1814", 0.55)
    roof = easel.mask(points("822,362 868,290 934,252 1060,252 1060,290 940,290 884,318 842,372"))
    easel.wash(roof, "6d6a68", "3d3b40", (250, 372))
    door = easel.mask(points("902,520 902,408 986,408 986,520"))
    easel.tint(door, "3c120f")
    for pair in (((902, 408), (986, 520)), ((986, 408), (902, 520))):
        easel.tint(easel.line(pair, 5), "e9dfcb", 0.9)
    frame = points("902,520 902,408 986,408 986,520")
    easel.tint(easel.line(frame, 6), "e9dfcb", 0.95)


def meadow(easel: Easel, rng: np.random.Generator) -> None:
    """Mown fields in bands that narrow with distance, warm where the sun lies."""
    ground = easel.mask(points("-10,500 300,486 760,492 1034,480 1034,1034 -10,1034"), 1.5)
    easel.wash(ground, "b9b566", "3f5226", (486, 900))
    band = 500.0
    for number in range(12):
        depth = 5 + number * number * 0.8
        strip = easel.mask(
            curve(
                [
                    (-60, band),
                    (420, band - 8),
                    (1090, band + 5),
                    (1090, band + depth),
                    (-60, band + depth * 1.3),
                ]
            ),
            2,
        )
        easel.tint(strip, ("d6c774", "7f8f3e", "a2a44c")[number % 3], 0.4)
        band += depth * 1.7
    for near in np.linspace(0, 1, 7):
        for tone in ("e4d98a", "56702c", "9fae4e", "3c5424"):
            count = int(190 - 90 * near)
            x, y = rng.uniform(-10, 1034, count), 500 + (near + rng.uniform(0, 0.14, count)) * 480
            tip = x + rng.normal(0, 3, count) * (0.4 + near)
            length = 4 + 14 * near
            blades = [[(a, b), (c, b - length)] for a, b, c in zip(x, y, tip, strict=True)]
            easel.tint(easel.lines(blades, 1 + 1.6 * near), tone, 0.42)


def farmhouse(easel: Easel) -> None:
    """White boards, a steep roof and one pointed window."""
    wall = easel.mask(points("286,640 286,318 512,96 738,318 738,640"))
    easel.shadow(wall, 22, 14, 16, 0.35)
    easel.wash(wall, "fbf3df", "d9cdb4", (110, 560))
    for x in np.arange(296, 736, 17.5):
        top = 96 + abs(x - 512) * 0.982
        easel.tint(easel.line([(x, top), (x, 640)], 4), "fffdf4", 0.9)
        easel.tint(easel.line([(x + 3.2, top + 4), (x + 3.2, 640)], 2.4), "8f8570", 0.75)
    for side, code in ((-1, "8d8880"), (1, "4d4a4d")):
        roof = easel.mask(points("0,44 268,330 238,352 0,100", (512, 0), side))
        easel.shadow(roof, 4, 16, 8, 0.75)
        easel.tint(roof, code)
        easel.round(roof, 8, 0.5)
        for offset in (14, 30):
            row = [(512, 44 + offset), (512 + side * (262 - offset), 330 + offset * 0.2)]
            easel.tint(easel.line(row, 2), "2c2b2e", 0.5)
    chimney = easel.mask(points("606,132 606,72 646,72 646,176"))
    easel.wash(chimney, "a5573e", "6d3527", (70, 170))
    for y in range(82, 170, 11):
        easel.tint(easel.line([(606, y), (646, y)], 2), "d8b89a", 0.5)
    easel.tint(easel.mask(points("600,62 652,62 652,76 600,76")), "5b3a30")
    easel.tint(easel.line([(512, 46), (512, 8)], 4), "3b3b40")
    easel.tint(easel.mask(ellipse(512, 22, 7, 7)), "d2a545")
    _pointed_window(easel)
    _porch(easel)


def _pointed_window(easel: Easel) -> None:
    """Two lancets under one arch, evening in the panes, a curtain drawn aside."""

    def lancet(
        half: float, base: float, spring: float, tip: float
    ) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        rise = curve(
            [(512 - half, spring), (512 - half * 0.72, (spring + tip * 1.3) / 2.3), (512, tip)],
            closed=False,
        )
        fall = np.stack([1024 - rise[::-1, 0], rise[::-1, 1]], axis=1)
        return np.concatenate([[(512 - half, base)], rise, fall, [(512 + half, base)]])

    frame = easel.mask(lancet(54, 330, 226, 142))
    easel.shadow(frame, 5, 7, 4, 0.6)
    easel.tint(frame, "f7efdc")
    easel.round(frame, 5, 0.4)
    glass = easel.mask(lancet(43, 318, 228, 160))
    easel.wash(glass, "20303f", "5f7f8c", (160, 320))
    curtain = (
        easel.mask(curve(points("470,318 470,200 500,176 504,214 490,268 484,318")), 1.5) * glass
    )
    easel.tint(curtain, "e8dcc0", 0.85)
    drape = (
        easel.mask(curve(points("554,318 554,200 524,176 520,214 534,268 540,318")), 1.5) * glass
    )
    easel.tint(drape, "cfc0a0", 0.8)
    glint = easel.mask(points("478,300 540,190 552,200 490,316"), 5) * glass
    easel.tint(glint, "fdf2d2", 0.28)
    for bar in ([(512, 158), (512, 320)], [(468, 228), (556, 228)], [(468, 274), (556, 274)]):
        easel.tint(easel.line(bar, 6), "f7efdc")
    for tip in (490, 534):
        arch = curve(
            [(tip - 21, 232), (tip - 15, 206), (tip, 188), (tip + 15, 206), (tip + 21, 232)],
            closed=False,
        )
        easel.tint(easel.line(arch, 5) * glass, "f7efdc")
    easel.tint(easel.mask(points("450,328 574,328 580,342 444,342")), "e9dfc8")
    easel.shadow(easel.mask(points("450,330 574,330 580,342 444,342")), 3, 9, 4, 0.5)


def _porch(easel: Easel) -> None:
    """A porch roof on turned posts, deep shade under it."""
    shade = easel.mask(points("296,640 296,436 730,436 730,640"))
    easel.wash(shade, "5d5a58", "8d8371", (430, 640))
    for x in range(310, 730, 18):
        easel.tint(easel.line([(x, 436), (x, 640)], 2.5), "3d3c40", 0.5)
    roof = easel.mask(points("262,440 300,392 728,392 766,440"))
    easel.shadow(roof, 6, 18, 9, 0.7)
    easel.wash(roof, "9d5b45", "6b3a30", (392, 440))
    for x in range(276, 766, 21):
        easel.tint(easel.line([(512 + (x - 512) * 0.87, 392), (x, 440)], 2), "43241f", 0.6)
    easel.tint(easel.mask(points("258,438 770,438 770,450 258,450")), "efe6d0")
    for x in (300, 446, 584, 726):
        post = easel.mask([(x - 7, 640), (x - 7, 450), (x + 7, 450), (x + 7, 640)])
        easel.tint(post, "e9dfc8")
        easel.round(post, 5, 0.5)
