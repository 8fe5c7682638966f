"""A film: the values of a field one after the other, each a tile or a sheet of the others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from collage.export import traits
from collage.export.asked import Export
from collage.export.frames import Frame, frames
from collage.export.slices import title_of
from collage.pixels import black, to_vips
from collage.sheet import lettering
from collage.steps.exports.drawn_sheet import Drawing, cell_of_width, enlarged
from collage.steps.exports.kind import Material, Notes, Sink

if TYPE_CHECKING:
    from collage.pixels import Pixels

FORMAT, SECONDS = "gif", 1.0

VIDEOS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "mp4": ("libx264", {"crf": "18", "preset": "medium"}),
    "webm": ("libvpx-vp9", {"crf": "24", "b": "0"}),
}
"""The encoders of formats that PyAV writes, and how well they are to."""

ENCODER = "av"
"""PyAV's module, the extra `video` of the command; functions of a deployed stack have none."""

RATE = 25
"""Pictures a second of a video, each of which repeats a frame: players expect no fewer."""

MOST_PIXELS = 200_000_000
"""Of all frames, which encoders of pictures that move hold at once: 600 MB."""

LONGEST_SIDE = 4096
"""Pixels of a frame: what players are made for."""

PIECE = 1_000_000
"""Bytes that are handed on at once."""


def check(material: Material) -> Notes:
    """Refuse a film that cannot be made here; what is worth knowing.

    Raises:
        InvalidRequest: naming the option.
    """
    film = Film(material)
    file_format = _format(material.asked)
    if file_format in VIDEOS and find_spec(ENCODER) is None:
        raise traits.wrong(
            "format",
            f"this stack has no encoder for {file_format}; take gif or webp",
            ["gif", "webp"],
        )
    width, height = film.size
    count = len(film.frames)
    if count < 2:
        raise traits.wrong("by", f"the tiles have one {film.field} only; a film needs two")
    if max(width, height) > LONGEST_SIDE or width * height * count > MOST_PIXELS:
        raise traits.wrong(
            "cell",
            f"{count} frames of {width:,} x {height:,} pixels are too many: a side has at most "
            f"{LONGEST_SIDE:,}, and all of them {MOST_PIXELS:,}",
        )
    return (f"{count} frames, by {film.field}.", *enlarged(material, film.drawings[0].layout))


def ending(asked: Export) -> str:
    """What the file's name ends in."""
    return _format(asked)


def write(material: Material, sink: Sink) -> Notes:
    """Write the film."""
    notes = check(material)
    film = Film(material)
    file_format = _format(material.asked)
    seconds = material.asked.seconds or SECONDS
    if file_format in VIDEOS:
        with tempfile.TemporaryFile() as file:
            _video(film, file_format, seconds, file)
            file.seek(0)
            while piece := file.read(PIECE):
                sink(piece)
    else:
        sink(_moving(film, file_format, seconds))
    return notes


@dataclass(frozen=True)
class Film:
    """Frames of one size."""

    material: Material

    @cached_property
    def _found(self) -> tuple[str, list[Frame]]:
        material = self.material
        return frames(material.manifest, material.tiles, material.asked)

    @property
    def field(self) -> str:
        """What the frames differ in."""
        return self._found[0]

    @property
    def frames(self) -> list[Frame]:
        """A frame for each value of the field."""
        return self._found[1]

    @cached_property
    def drawings(self) -> list[Drawing]:
        """The frames as sheets, each with its value above."""
        material = self.material
        width = material.asked.cell or material.manifest.layout.cell[0]
        cell = cell_of_width(material, width)
        return [
            self._titled(frame, Drawing.of(material, frame.there, cell)) for frame in self.frames
        ]

    @cached_property
    def size(self) -> tuple[int, int]:
        """Pixels across and down of every frame, both even, as encoders of videos want them."""
        widths, heights = zip(*(drawing.size for drawing in self.drawings), strict=True)
        return max(widths) + max(widths) % 2, max(heights) + max(heights) % 2

    def pictures(self) -> Iterator[Pixels]:
        """The frames as pixels."""
        for drawing in self.drawings:
            canvas = black(*self.size)
            canvas[:] = lettering.colour(drawing.layout.background)
            y = 0
            for strip in drawing.strips():
                canvas[y : y + len(strip), : strip.shape[1]] = strip
                y += len(strip)
            yield canvas

    def _titled(self, frame: Frame, drawing: Drawing) -> Drawing:
        """A frame says its value, unless an empty title is asked for."""
        asked, title = self.material.asked, title_of(self.material.manifest, self.material.asked)
        if asked.title is None or title:
            said = f"{self.field}: {frame.value}"
            title = f"{title} | {said}" if asked.title else said
        layout = drawing.layout.model_copy(update={"title": title, "dpi": None})
        return Drawing(self.material, layout, captioned=self.material.tiles)


def _format(asked: Export) -> str:
    return asked.format or FORMAT


def _moving(film: Film, file_format: str, seconds: float) -> bytes:
    """A GIF or a WebP that moves, by libvips, which takes the frames one below the other."""
    import pyvips

    pictures = [to_vips(np.ascontiguousarray(picture)) for picture in film.pictures()]
    joined = pyvips.Image.arrayjoin(pictures, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", film.size[1])
    joined.set_type(pyvips.GValue.gint_type, "loop", 0)
    delays = [round(seconds * 1000)] * len(pictures)
    joined.set_type(pyvips.GValue.array_int_type, "delay", delays)
    save: Mapping[str, Callable[[], Any]] = {
        "gif": lambda: joined.gifsave_buffer(effort=7),
        "webp": lambda: joined.webpsave_buffer(Q=90, effort=2, smart_subsample=True),
    }
    return bytes(save[file_format]())


def _video(film: Film, file_format: str, seconds: float, file: IO[bytes]) -> None:
    """An MP4 or a WebM, by FFmpeg's encoders in PyAV."""
    import av

    codec, options = VIDEOS[file_format]
    with av.open(file, "w", format=file_format) as container:
        stream: Any = container.add_stream(codec, rate=RATE, options=dict(options))
        stream.width, stream.height = film.size
        stream.pix_fmt = "yuv420p"
        for picture in film.pictures():
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            for _ in range(max(1, round(seconds * RATE))):
                container.mux(stream.encode(frame))
        container.mux(stream.encode())
