"""Where a description is written, and read back."""

import json
import subprocess
from functools import cache
from itertools import pairwise

import pytest
from PIL import Image

import collage
from collage.digest import canonical
from collage.formats import metadata
from collage.formats.description import Description
from collage.provenance.describe import describe_collage
from tests.unit.formats.files import (
    PICTURES,
    every_format,
    every_picture,
    exiftool,
    pillow_comment,
    with_exiftool,
)
from tests.unit.pictures import decode, encode, noise
from tests.unit.provenance.described import IPTC, a_collage, a_tile, described, properties


@every_picture
def test_what_is_written_is_read_back_and_no_pixel_changes(picture):
    written = metadata.embed(picture, described())

    found = metadata.read(written)
    before, after = decode(picture), decode(written)
    assert (after.mode, after.size, after.tobytes()) == (before.mode, before.size, before.tobytes())
    assert after.format == before.format == found.format.upper()
    assert found.size == before.size
    assert found.parameters == described().parameters
    assert canonical(found.record) == described().record
    assert properties(found.xmp)["DigitalSourceType"] == (
        IPTC + "compositeWithTrainedAlgorithmicMedia"
    )


@every_picture
def test_writing_again_replaces_what_was_written(picture):
    other = described(a_tile(prompt="something else, much longer than what was said before it"))

    twice = metadata.embed(metadata.embed(picture, other), described())

    assert twice == metadata.embed(picture, described())


def test_pillow_reads_the_texts_of_a_png():
    picture = decode(metadata.embed(PICTURES["png"], described()))

    assert set(picture.text) == {"parameters", "collage", "XML:com.adobe.xmp"}
    assert picture.text["parameters"] == described().parameters
    assert json.loads(picture.text["collage"])["key"] == a_tile().key
    assert properties(picture.info["xmp"])["AISystemUsed"] == "openai"


@pytest.mark.parametrize("name", [name for name in PICTURES if not name.startswith("png")])
def test_pillow_reads_the_exif_and_the_xmp_of_the_others(name):
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75 \U0001f30a")

    picture = decode(metadata.embed(PICTURES[name], described(tile)))

    assert pillow_comment(picture) == described(tile).parameters
    said = properties(picture.info["xmp"])
    assert said["AIPromptInformation"] == tile.prompt
    assert json.loads(said["Record"])["key"] == tile.key


def test_text_beyond_ascii_is_utf_8_in_a_png():
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75, caf\u00e9, \U0001f30a")

    picture = decode(metadata.embed(PICTURES["png"], described(tile)))

    assert picture.text["parameters"].splitlines()[0] == tile.prompt
    assert json.loads(picture.text["collage"])["tile"]["prompt"] == tile.prompt


@exiftool
@every_picture
def test_exiftool_reads_all_of_it_and_finds_no_fault(picture):
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75 & <caf\u00e9>")
    written = metadata.embed(picture, described(tile))

    found = with_exiftool(written)

    assert not {name for name in found if name.endswith((":Error", ":Warning"))}
    assert found["XMP-iptcExt:AIPromptInformation"] == tile.prompt
    assert found["XMP-iptcExt:AISystemUsed"] == "openai"
    assert found["XMP-iptcExt:AISystemVersionUsed"] == "gpt-image-2.5"
    assert "composite" in found["XMP-iptcExt:DigitalSourceType"].lower()
    png = "PNG:Parameters" in found
    parameters = found["PNG:Parameters"] if png else found["ExifIFD:UserComment"]
    assert parameters.replace("\r\n", "\n") == described(tile).parameters
    said = found["PNG:Collage"] if png else found["XMP-collage:Record"]
    assert (said if isinstance(said, dict) else json.loads(said))["key"] == tile.key


@exiftool
@every_format
def test_exiftool_finds_no_fault_in_a_collage(picture):
    written = metadata.embed(picture, describe_collage(*a_collage(rows=12, cols=12)))

    found = with_exiftool(written, "-validate", "-a", "-Warning", "-Error", "-XMP:all")

    faults = [text for name, text in found.items() if name.endswith((":Error", ":Warning"))]
    # A comment alone is a short EXIF: what is missing of it would say nothing here.
    assert not [fault for fault in faults if "Missing required" not in fault]
    assert found["XMP-xmp:CreatorTool"] == f"combinatoric-collage {collage.__version__}"


@exiftool
@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_the_record_outlives_an_edit_by_exiftool(name, tmp_path):
    file = tmp_path / f"picture.{name}"
    file.write_bytes(metadata.embed(PICTURES[name], described()))

    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Mine", file], check=True
    )

    assert canonical(metadata.read(file.read_bytes()).record) == described().record


@every_format
def test_a_large_record_is_packed(picture):
    plan, manifest = a_collage(rows=30, cols=30, tiles=900)
    said = describe_collage(plan, manifest)

    written = metadata.embed(picture, said)

    assert len(said.record) > 300_000
    assert len(written) - len(picture) < len(said.record) / 3
    assert canonical(metadata.read(written).record) == said.record
    assert decode(written).tobytes() == decode(picture).tobytes()


@cache
def huge(size=2_500_000):
    """A record that no compression makes small, of characters of several bytes."""
    alphabet = "".join(chr(c) for c in range(0x4E00, 0x4E00 + 4096))
    digits = bytes(noise((1000, size // 3000)).tobytes())
    text = "".join(alphabet[16 * a + b % 16] for a, b in pairwise(digits))
    return Description("a\nSteps: 1", canonical({"kind": "x", "text": text}), ())


@every_format
def test_a_record_of_any_size_can_be_opened_by_pillow(picture):
    said = huge()

    written = metadata.embed(picture, said)

    assert decode(written).tobytes() == decode(picture).tobytes()
    assert canonical(metadata.read(written).record) == said.record


def test_a_png_holds_a_large_record_in_parts_that_are_text_each():
    picture = decode(metadata.embed(PICTURES["png"], huge()))

    parts = [name for name in picture.text if name.startswith("collage")]
    assert parts == ["collage", *(f"collage.{n}" for n in range(2, len(parts) + 1))]
    assert len(parts) > 2
    assert "".join(picture.text[name] for name in parts).encode() == huge().record


def test_a_jpeg_holds_a_large_record_in_extended_xmp():
    written = metadata.embed(PICTURES["jpeg"], huge())

    assert written.count(b"http://ns.adobe.com/xmp/extension/\0") > 2
    assert "HasExtendedXMP" in properties(metadata.read(written).xmp)


@exiftool
def test_exiftool_joins_the_extended_xmp():
    found = with_exiftool(metadata.embed(PICTURES["jpeg"], huge()), "-XMP-collage:all", "-Warning")

    assert found["XMP-collage:RecordZlib"]
    assert not {name for name in found if name.endswith(":Warning")}


def test_the_colour_profile_stays():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for file_format in ("PNG", "JPEG", "WEBP"):
        picture = encode(noise((33, 17)), file_format, icc_profile=profile)
        assert decode(metadata.embed(picture, described())).info["icc_profile"] == profile


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_nothing_stays_of_what_a_camera_wrote(file_format):
    exif = Image.Exif()
    exif[0x010F] = "Leaky Camera Works"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Leaky XMP</x:xmpmeta>"
    more = {"comment": b"Leaky comment"} if file_format == "JPEG" else {}
    picture = encode(noise((33, 17)), file_format, exif=exif.tobytes(), xmp=xmp, **more)
    assert b"Leaky" in picture

    written = metadata.embed(picture, described())

    assert b"Leaky" not in written
    assert not decode(written).getexif().get_ifd(0x8825)
    assert 0x010F not in decode(written).getexif()


@exiftool
@every_format
def test_exiftool_finds_no_place_and_no_camera(picture):
    found = with_exiftool(metadata.embed(picture, described()), "-GPS:all", "-Make", "-Model")

    assert found == {"SourceFile": "-"}
