"""``python -m tests.strange_files FOLDER``: what becomes of strange pictures, counted by outcome.

Every file of the folder (Pillow's own test pictures, for example: ``Tests/images`` of its
repository), and pictures made here to do harm, are inspected as a door does, prepared in both ways,
looked at for transparency and read as a mask, each in a process of its own that may take a minute
of processor time. Anything but a picture or an error of the pack by name ends the command with 1.
"""

import argparse
import io
import os
import resource
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryFile
from time import process_time

from PIL import Image

from collage.errors import CollageError, InvalidRequest
from collage.formats.png import SIGNATURE, chunk
from collage.pictures import mask_files, source

SECONDS, MEGABYTES = 60, 1_500
"""What one file may take: less than the function that prepares a source has."""

SIZE = (512, 512)
MOST_BYTES, MOST_PIXELS = 20_000_000, 100_000_000


def main() -> int:
    """Try all files and print a table; 1 when one of them did harm."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="files to try, at any depth")
    given = parser.parse_args()
    if given.folder is not None and not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    counts: dict[str, Counter[str]] = {}
    harm, slowest, largest = [], 0.0, 0
    for kind, name, data in files(given.folder):
        said, seconds, megabytes = tried(data)
        counts.setdefault(kind, Counter())[said] += 1
        slowest, largest = max(slowest, seconds), max(largest, megabytes)
        if said.startswith("HARM"):
            harm.append(f"{kind} {name}: {said}")
    for kind, found in counts.items():
        print(f"{kind}: {found.total():,} files")
        for said, count in found.most_common():
            print(f"  {count:6,}  {said}")
    print(f"at most {slowest:.1f} s of processor time and {largest:,} MB for one file")
    print(*harm, sep="\n")
    return 1 if harm else 0


def files(folder: Path | None) -> Iterator[tuple[str, str, bytes]]:
    """Kind, name and bytes of all that is tried."""
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file():
            yield "files", path.name, path.read_bytes()
    for name, make in BOMBS.items():
        yield "bombs", name, make()


def tried(data: bytes) -> tuple[str, float, int]:
    """What became of a file, the seconds of processor time and the megabytes that it took."""
    process = get_context("fork")
    here, there = process.Pipe(duplex=False)
    with TemporaryFile() as errors:
        child = process.Process(target=_child, args=(data, there, errors.fileno()))
        child.start()
        there.close()
        try:
            said, seconds, megabytes = here.recv()
        except EOFError:
            said, seconds, megabytes = "HARM: ended without an answer", SECONDS, 0
        child.join()
        errors.seek(0)
        if printed := errors.read().decode(errors="replace").strip():
            said = f"HARM: said {printed[-120:]!r}"
    if child.exitcode != 0:
        said = f"HARM: ended with {child.exitcode}"
    elif megabytes > MEGABYTES:
        said = f"HARM: took {megabytes} MB"
    return said, seconds, megabytes


def _child(data: bytes, to: Connection, errors: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.dup2(errors, 2)
    to.send(outcome(data))


def outcome(data: bytes) -> tuple[str, float, int]:
    """What becomes of a file in this process, and what that takes."""
    before = process_time()
    try:
        source.inspect(data, max_bytes=MOST_BYTES, max_pixels=MOST_PIXELS)
    except CollageError as error:
        said = f"refused: {error.name}"
    else:
        said = "a picture"
        for use in USES:
            try:
                use(data)
            except InvalidRequest:
                pass  # It is no mask; it was not made to be one.
            except CollageError as error:
                # What the door took must not turn out to be no picture later.
                said = f"HARM: accepted, then {error.name}"
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return said, process_time() - before, usage.ru_maxrss // 1024


USES: list[Callable[[bytes], object]] = [
    lambda data: source.prepare(data, SIZE, "crop"),
    lambda data: source.prepare(data, SIZE, "pad"),
    lambda data: source.transparency(data, SIZE),
    lambda data: mask_files.alpha(data, SIZE),
]


def header(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    """A PNG of any size by its header, with chunks of any kind and whatever pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return SIGNATURE + head + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def drawn(size: tuple[int, int], file_format: str = "PNG") -> bytes:
    """One colour in a file of a format."""
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, file_format)
    return file.getvalue()


def zeros(count: int) -> bytes:
    """So many packed zeros."""
    return zlib.compress(bytes(count))


BOMBS: dict[str, Callable[[], bytes]] = {
    "65,000 x 65,000": lambda: header(65_000, 65_000, rows=zeros(10**6)),
    "two thousand million pixels wide": lambda: header(2**31 - 1, 1, rows=zeros(10**6)),
    "no width": lambda: header(0, 10, rows=zeros(100)),
    "1 x 3,000": lambda: drawn((1, 3_000)),
    "2 x 200": lambda: drawn((2, 200)),
    "20,000 x 1 JPEG": lambda: drawn((20_000, 1), "JPEG"),
    "16,000 x 160 WebP": lambda: drawn((16_000, 160), "WEBP"),
    "100 megapixels": lambda: drawn((10_000, 10_000)),
    "100 megapixels JPEG": lambda: drawn((10_000, 10_000), "JPEG"),
    "a gigabyte of text": lambda: header(
        8, 8, chunk(b"zTXt", b"a\0\0" + zeros(10**9)), rows=zeros(200)
    ),
    "a gigabyte of profile": lambda: header(
        8, 8, chunk(b"iCCP", b"a\0\0" + zeros(10**9)), rows=zeros(200)
    ),
    "a gigabyte behind a pixel": lambda: header(1, 1, rows=zeros(10**9)),
    "100,000 chunks": lambda: header(8, 8, *[chunk(b"tEXt", b"a\0b")] * 100_000, rows=zeros(200)),
    "pixels cut off": lambda: drawn((3_000, 3_000))[:5_000],
    "PNG before SVG": lambda: SIGNATURE + b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "JPEG before PDF": lambda: b"\xff\xd8\xff%PDF-1.7",
    "SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' width='9999' height='9999'/>",
    "nothing": lambda: b"",
}


if __name__ == "__main__":
    sys.exit(main())
