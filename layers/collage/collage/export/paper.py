"""Paper: its sizes, what a printer cuts away, and the marks by which that is cut."""

from __future__ import annotations

from dataclasses import dataclass

from collage.export import traits
from collage.export.asked import Export
from collage.formats.pdf import LONGEST_SIDE, Box, Line

SIZES: dict[str, tuple[float, float]] = {
    "A0": (841, 1189),
    "A1": (594, 841),
    "A2": (420, 594),
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
    "Tabloid": (279.4, 431.8),
}
"""Width and height in millimetres: ISO 216, and ANSI/ASME Y14.1 with the North American Legal."""

SHORTEST_SIDE = 20
"""Millimetres of a page."""

MARK_LENGTH, MARK_GAP = 5.0, 3.0
"""Millimetres of a crop mark, and between it and what is cut, where the bleed is no wider."""

INCH = 25.4
"""Millimetres."""


@dataclass(frozen=True)
class Paper:
    """A sheet of paper as it is when it is cut, in millimetres, and what is printed around it."""

    width: float
    height: float
    bleed: float = 0
    marks: bool = False

    @property
    def around(self) -> float:
        """What lies around the cut paper on each side."""
        return self._gap + MARK_LENGTH if self.marks else self.bleed

    @property
    def _gap(self) -> float:
        return max(self.bleed, MARK_GAP)

    @property
    def media(self) -> Box:
        """All of what is printed on."""
        return 0, 0, self.width + 2 * self.around, self.height + 2 * self.around

    @property
    def trim(self) -> Box:
        """What is left when it is cut."""
        return self.around, self.around, self.around + self.width, self.around + self.height

    @property
    def bled(self) -> Box:
        """What is printed on, so that no edge is left white where the cut is not exact."""
        left, bottom, right, top = self.trim
        return left - self.bleed, bottom - self.bleed, right + self.bleed, top + self.bleed

    @property
    def crop_marks(self) -> list[Line]:
        """Two lines at each corner, along the cuts."""
        if not self.marks:
            return []
        left, bottom, right, top = self.trim
        near, far = self._gap, self._gap + MARK_LENGTH
        lines: list[Line] = []
        for x, out in ((left, -1), (right, 1)):
            lines += [(x + out * near, y, x + out * far, y) for y in (bottom, top)]
        for y, out in ((bottom, -1), (top, 1)):
            lines += [(x, y + out * near, x, y + out * far) for x in (left, right)]
        return lines


def paper_of(asked: Export) -> Paper:
    """The paper that an export asks for; unless it says which, A4.

    Raises:
        InvalidRequest: when there is no such paper.
    """
    width, height = _size(asked.paper or "A4")
    if asked.landscape:
        width, height = max(width, height), min(width, height)
    return Paper(width, height, asked.bleed or 0, bool(asked.marks))


def pixels(length: float, dpi: int) -> int:
    """Millimetres in pixels, rounded down."""
    return int(length / INCH * dpi + 1e-6)


def _size(name: str) -> tuple[float, float]:
    """A name, or ``500x700`` in millimetres."""
    known = {each.lower(): size for each, size in SIZES.items()}
    given = name.strip().lower().removesuffix("mm").strip()
    if given in known:
        return known[given]
    try:
        width, height = (float(part) for part in given.split("x"))
    except ValueError:
        sizes = ", ".join(SIZES)
        raise traits.wrong(
            "paper",
            f"{name[:40]!r} is no paper; there are: {sizes}, and WIDTHxHEIGHT in mm",
            [*SIZES],
        ) from None
    if not all(SHORTEST_SIDE <= side <= LONGEST_SIDE / 2 for side in (width, height)):
        raise traits.wrong(
            "paper", f"give sides of {SHORTEST_SIDE} to {LONGEST_SIDE // 2:,} mm, not {name[:40]}"
        )
    return width, height
