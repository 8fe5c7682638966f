"""PDF: ISO 32000-2. Pages of one JPEG each, handed on while they are written.

A JPEG stands in the file as it is (DCTDecode), and its length behind it: so a page of any size is
never held. Pages have the boxes that printers go by: what is left after cutting (TrimBox), what is
printed beyond that (BleedBox), and the whole sheet with its marks (MediaBox).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from collage.formats.file_format import Sink

POINTS = 72 / 25.4
"""Points, which a PDF measures in, in a millimetre."""

LONGEST_SIDE = 5080
"""Millimetres of a page: 14,400 points, more than which many readers do not show."""

MARK_WIDTH = 0.25
"""Points across a crop mark: a hairline."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in millimetres from the lower left corner of the page."""

Line = tuple[float, float, float, float]
"""From where to where, likewise."""


@dataclass(frozen=True)
class Page:
    """A page: its boxes, what is printed in its bleed, where its picture lies, and its marks."""

    media: Box
    bleed: Box
    trim: Box
    picture: Box
    background: tuple[int, int, int]
    marks: Sequence[Line] = ()


class Document:
    """A file of pages. ``created`` is ISO 8601; ``xmp`` is a packet that says how it was made."""

    def __init__(self, sink: Sink, title: str, created: str, xmp: bytes | None = None) -> None:
        self._sink, self._title, self._created, self._xmp = sink, title, created, xmp
        self._at = 0
        self._offsets: dict[int, int] = {}
        # The catalogue and the list of pages are written last, when pages are known.
        self._next = 3
        self._pages: list[int] = []
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def begin_picture(self, size: tuple[int, int]) -> int:
        """Begin a JPEG of ``size`` (width, height); its bytes go to `write`. Its number."""
        number = self._number()
        self._length_of = self._number()
        self._begin(number)
        self._put(
            f"<< /Type /XObject /Subtype /Image /Width {size[0]} /Height {size[1]} "
            "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode "
            f"/Length {self._length_of} 0 R >>\nstream\n".encode()
        )
        self._began = self._at
        return number

    def write(self, data: bytes) -> None:
        """The next bytes of the picture."""
        self._put(data)

    def end_picture(self) -> None:
        """The picture is whole."""
        length = self._at - self._began
        self._put(b"\nendstream\nendobj\n")
        self._object(self._length_of, str(length).encode())

    def page(self, page: Page, picture: int) -> None:
        """Write a page that shows the picture of that number."""
        content = self._stream(b"", _content(page))
        boxes = {"MediaBox": page.media, "BleedBox": page.bleed, "TrimBox": page.trim}
        said = " ".join(f"/{name} [{_numbers(*box)}]" for name, box in boxes.items())
        number = self._number()
        self._object(
            number,
            f"<< /Type /Page /Parent 2 0 R {said} /Contents {content} 0 R "
            f"/Resources << /XObject << /P {picture} 0 R >> >> >>".encode(),
        )
        self._pages.append(number)

    def finish(self) -> None:
        """Write what leads to the pages."""
        metadata = ""
        if self._xmp is not None:
            metadata = (
                f" /Metadata {self._stream(b'/Type /Metadata /Subtype /XML ', self._xmp)} 0 R"
            )
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(2, f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>".encode())
        self._object(1, f"<< /Type /Catalog /Pages 2 0 R{metadata} >>".encode())
        info = self._number()
        time = datetime.fromisoformat(self._created).strftime("D:%Y%m%d%H%M%SZ")
        title = ("\ufeff" + self._title).encode("utf-16-be").hex()
        self._object(info, f"<< /Title <{title}> /CreationDate ({time}) >>".encode())
        start = self._at
        table = "".join(f"{self._offsets[n]:010} 00000 n \n" for n in sorted(self._offsets))
        self._put(
            f"xref\n0 {self._next}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {self._next} /Root 1 0 R /Info {info} 0 R >>\n"
            f"startxref\n{start}\n%%EOF\n".encode()
        )

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _begin(self, number: int) -> None:
        self._offsets[number] = self._at
        self._put(f"{number} 0 obj\n".encode())

    def _object(self, number: int, body: bytes) -> None:
        self._begin(number)
        self._put(body + b"\nendobj\n")

    def _stream(self, entries: bytes, body: bytes) -> int:
        number = self._number()
        head = b"<< %b/Length %d >>\nstream\n" % (entries, len(body))
        self._object(number, head + body + b"\nendstream")
        return number

    def _put(self, data: bytes) -> None:
        self._at += len(data)
        self._sink(data)


def _content(page: Page) -> bytes:
    """What is drawn: the bleed's ground, the picture as far as the bleed goes, and the marks."""
    ground = " ".join(f"{part / 255:.4f}" for part in page.background)
    left, bottom, right, top = page.picture
    place = f"{_numbers(right - left)} 0 0 {_numbers(top - bottom, left, bottom)}"
    parts = [
        f"{ground} rg {_rectangle(page.bleed)} re f",
        f"q {_rectangle(page.bleed)} re W n {place} cm /P Do Q",
    ]
    if page.marks:
        parts.append(f"0 G {MARK_WIDTH} w")
    parts += [f"{_numbers(*line[:2])} m {_numbers(*line[2:])} l S" for line in page.marks]
    return "\n".join(parts).encode()


def _rectangle(box: Box) -> str:
    left, bottom, right, top = box
    return _numbers(left, bottom, right - left, top - bottom)


def _numbers(*lengths: float) -> str:
    """Millimetres in points."""
    return " ".join(f"{length * POINTS:.4f}".rstrip("0").rstrip(".") or "0" for length in lengths)
