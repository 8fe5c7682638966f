"""Files that are damaged, or made to do harm."""

import struct
import zlib
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collage.errors import CollageError, NoMetadata, NotAPicture, TruncatedPicture
from collage.formats import metadata, xmp
from tests.unit.formats.files import PICTURES, UTF16_COMMENT, every_format, every_picture
from tests.unit.pictures import encode, noise
from tests.unit.provenance.described import described


def png_with(*chunks):
    """A PNG with these chunks before its pixels: types and bodies."""
    picture = PICTURES["png"]
    at = picture.index(b"IDAT") - 4
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return picture[:at] + made + picture[at:]


def bomb(size=70_000_000):
    packer = zlib.compressobj(9)
    block = b"0" * 1_000_000
    parts = [packer.compress(block) for _ in range(size // len(block))]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize(
    "chunk",
    [
        (b"zTXt", b"parameters\0\0" + bomb()),
        (b"iTXt", b"collage\0\1\0\0\0" + bomb()),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb()),
    ],
    ids=["zTXt", "record", "xmp"],
)
def test_a_text_that_unpacks_to_too_much_is_refused(chunk):
    with pytest.raises(NoMetadata, match=r"more than [0-9,]+ bytes"):
        metadata.read(png_with(chunk))


def test_many_texts_that_unpack_to_too_much_together_are_refused():
    part = zlib.compress(b"0" * 30_000_000, 9)
    chunks = [(b"zTXt", f"collage.{n}\0\0".encode() + part) for n in range(3)]

    with pytest.raises(NoMetadata, match=r"more than [0-9,]+ bytes"):
        metadata.read(png_with(*chunks))


@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_a_packed_record_in_xmp_that_unpacks_to_too_much_is_refused(name, monkeypatch):
    record = ("collage:RecordZlib", b64encode(bomb()).decode())
    monkeypatch.setattr(xmp, "record_property", lambda _: record)
    written = metadata.embed(PICTURES[name], described())

    with pytest.raises(NoMetadata, match=r"more than [0-9,]+ bytes"):
        metadata.read(written)


def test_entities_in_xmp_are_refused():
    written = metadata.embed(PICTURES["webp"], described())
    declared = written.replace(b"<x:xmpmeta", b"<!DOCTYPE x", 1)

    with pytest.raises(NoMetadata, match="not plain"):
        metadata.read(declared)


@pytest.mark.parametrize(
    "body",
    [
        b"collage\0\0\0\0\0" + b"[" * 100_000,
        b"collage\0\0\0\0\0[]",
        b"collage\0\0\0\0\0{",
        b"collage\0\0\0\0\0\xff\xfe",
        b"collage\0\1\0\0\0not deflate",
        b"collage\0\1\0\0\0" + zlib.compress(b"{}")[:-3],
        b"collage\0\1",
        b"collage",
    ],
    ids=["deep", "list", "cut", "bytes", "no-zlib", "half-zlib", "no-text", "no-head"],
)
def test_a_broken_record_has_a_name(body):
    with pytest.raises(NoMetadata):
        metadata.read(png_with((b"iTXt", body)))


@every_format
def test_a_picture_that_says_nothing_has_no_metadata(picture):
    with pytest.raises(NoMetadata, match="no metadata"):
        metadata.read(picture)


def test_parameters_of_another_tool_are_found_without_a_record():
    found = metadata.read(png_with((b"tEXt", b"parameters\0a cat\nSteps: 2, Seed: 1, Size: 1x1")))

    assert found.parameters.startswith("a cat")
    assert found.record is None


def test_exif_of_a_little_endian_writer_is_read():
    exif = Image.Exif()
    exif.endian = "<"
    exif.get_ifd(0x8769)[UTF16_COMMENT] = b"UNICODE\0" + "a cat".encode("utf-16-le")

    assert metadata.read(encode(noise((9, 9)), "JPEG", exif=exif)).parameters == "a cat"


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"GIF89a", b"%PDF-1.7", b"\x89PNG", b"RIFF1234WAVE"]
)
def test_what_is_no_picture_is_refused(data):
    for function in (metadata.read, lambda data: metadata.embed(data, described())):
        with pytest.raises(NotAPicture):
            function(data)


@every_picture
def test_a_picture_that_is_cut_off_is_not_written_to(picture):
    for length in (14, 24, 60):
        with pytest.raises(TruncatedPicture):
            metadata.embed(picture[:length], described())


@given(
    st.sampled_from(list(PICTURES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6),
    st.floats(0, 1),
)
def test_a_damaged_file_ends_in_a_named_error_or_in_a_reading(name, damage, cut):
    data = bytearray(metadata.embed(PICTURES[name], described()))
    for place, replacement in damage:
        at = round(place * len(data))
        data[at : at + len(replacement)] = replacement
    data = bytes(data)
    for hurt in (data, data[: round(cut * len(data))]):
        for function in (metadata.read, lambda data: metadata.embed(data, described())):
            with suppress(CollageError):
                function(hurt)
