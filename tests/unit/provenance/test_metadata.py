import io
import json
import re
import shutil
import struct
import subprocess
import zlib
from base64 import b64encode
from contextlib import suppress
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import collage
from collage import provenance
from collage.digest import canonical, sha256
from collage.errors import CollageError, NoMetadata, NotAPicture, TruncatedPicture
from collage.formats import xmp
from collage.manifest import record
from collage.tile import Sidecar, Tile
from tests.unit.pictures import decode, encode, noise
from tests.unit.plans import planned

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
UTF16_COMMENT = 0x9286
NOW = "2026-11-21T11:00:00+00:00"

exiftool = pytest.mark.skipif(
    shutil.which("exiftool") is None,
    reason="exiftool is not installed (Debian: libimage-exiftool-perl)",
)


def a_tile(**changes):
    made = {
        "operation": "inpaint",
        "prompt": "in the style of Cubism and Baroque",
        "styles": ("Cubism", "Baroque"),
        "mask": "top",
        "mask_sha256": "a" * 64,
        "source": "b" * 64,
        "engine": "openai",
        "model": "gpt-image-2.5",
        "options": {"quality": "low"},
        "size": (48, 32),
        "seed": None,
        "sample": 2,
        "preserve": True,
    }
    return Tile.model_validate(made | changes)


def a_sidecar(plan, tile):
    return Sidecar(
        key=tile.key,
        sha256="0" * 64,
        tile=tile,
        collage=plan.id,
        seconds=1.5,
        created="2026-11-21T10:00:00+00:00",
        version="0",
        usd=0.01,
    )


def a_collage(**options):
    plan = planned(**{"rows": 2, "cols": 3, "cell": 16, **options})
    sidecars = {i: a_sidecar(plan, tile) for i, tile in enumerate(plan.tiles)}
    return plan, record(plan, sidecars, {}, {}, min_share=0.9, created=NOW)


def rgba():
    picture = noise((33, 17)).convert("RGBA")
    picture.putalpha(noise((33, 17), seed=1).convert("L"))
    return picture


PICTURES = {
    "png": encode(noise((33, 17))),
    "png-alpha": encode(rgba()),
    "png-palette": encode(noise((33, 17)).convert("P")),
    "jpeg": encode(noise((33, 17)), "JPEG"),
    "jpeg-progressive": encode(noise((33, 17)), "JPEG", progressive=True),
    "jpeg-grey": encode(noise((33, 17)).convert("L"), "JPEG"),
    "jpeg-cmyk": encode(noise((33, 17)).convert("CMYK"), "JPEG"),
    "webp": encode(noise((33, 17)), "WEBP"),
    "webp-lossless": encode(noise((33, 17)), "WEBP", lossless=True),
    "webp-lossless-alpha": encode(rgba(), "WEBP", lossless=True, exact=True),
    "webp-alpha": encode(rgba(), "WEBP"),
}
FORMATS = {name: PICTURES[name] for name in ("png", "jpeg", "webp")}
every_picture = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
every_format = pytest.mark.parametrize("picture", FORMATS.values(), ids=FORMATS)


def described(tile=None):
    return provenance.describe_tile(tile or a_tile())


def web_ui(parameters):
    """Parameters as the web UI takes them apart: prompt, negative prompt, pairs."""
    pair = re.compile(r'\s*([\w ]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
    *lines, last = parameters.strip().split("\n")
    if len(pair.findall(last)) < 3:
        lines.append(last)
        last = ""
    texts, key = {"prompt": [], "negative": []}, "prompt"
    for text in lines:
        if text.strip().startswith("Negative prompt:"):
            key = "negative"
        texts[key].append(text.strip().removeprefix("Negative prompt:").strip())
    pairs = pair.findall(last)
    assert len(dict(pairs)) == len(pairs)
    return "\n".join(texts["prompt"]), "\n".join(texts["negative"]), dict(pairs)


def properties(xmp):
    """The properties in a packet by local name, which stand in one rdf:Description."""
    root = ElementTree.fromstring(xmp)
    (description,) = root[0]
    assert all(len(element) == 0 for element in description)
    names = [element.tag.rsplit("}", 1)[1] for element in description]
    assert len(set(names)) == len(names)
    return {name: element.text for name, element in zip(names, description, strict=True)}


def pillow_comment(picture):
    comment = picture.getexif().get_ifd(0x8769)[UTF16_COMMENT]
    assert comment.startswith(b"UNICODE\0")
    return comment[8:].decode("utf-16-be")


def with_exiftool(data, *options):
    answer = subprocess.run(
        ["exiftool", "-j", "-G1", *options, "-"], input=data, capture_output=True, check=True
    )
    return json.loads(answer.stdout)[0]


# What is said.


def test_a_tiles_parameters_are_a_prompt_and_pairs():
    assert described().parameters == (
        "in the style of Cubism and Baroque\n"
        "Steps: 1, Sampler: openai, Schedule type: unknown, Sample: 2, Size: 48x32, "
        "Model: gpt-image-2.5, Engine: openai, "
        "Mask mode: Inpaint masked, Mask: top, Styles: Cubism + Baroque, "
        f"Version: combinatoric-collage {collage.__version__}, Quality: low"
    )


def test_the_web_ui_reads_the_values_that_were_written():
    tile = a_tile(
        engine="diffusion",
        seed=7,
        sample=None,
        options={
            "num_inference_steps": "30",
            "guidance_scale": "7.5",
            "strength": "0.75",
            "negative_prompt": "blur, noise: much",
            "scheduler": "dpmpp_2m",
        },
    )

    prompt, negative, pairs = web_ui(described(tile).parameters)

    assert (prompt, negative) == (tile.prompt, "blur, noise: much")
    assert pairs == {
        "Steps": "30",
        "Sampler": "DPM++ 2M",
        "Seed": "7",
        "Size": "48x32",
        "Model": "gpt-image-2.5",
        "Engine": "diffusion",
        "Mask mode": "Inpaint masked",
        "Mask": "top",
        "Styles": "Cubism + Baroque",
        "Version": f"combinatoric-collage {collage.__version__}",
        "CFG scale": "7.5",
        "Denoising strength": "0.75",
    }


def test_a_tile_without_mask_or_options_has_no_empty_pair():
    text = described(a_tile(mask=None, mask_sha256=None, options={}, styles=())).parameters

    assert "Mask" not in text
    assert "Styles" not in text
    assert ": ," not in text
    assert "Negative" not in text


def test_a_collages_parameters_tell_the_request():
    plan, manifest = a_collage(styles=["Cubism", "Op Art"], engine="painter")

    prompt, _, pairs = web_ui(provenance.describe_collage(plan, manifest).parameters)

    assert prompt == "in the style of {styles}"
    assert pairs["Steps"] == "1"
    assert pairs["Seed"] == "0"
    assert pairs["Size"] == "512x512"
    assert pairs["Model"] == "painter-1"
    assert pairs["Masks"] == "top + bottom + left + right"
    assert pairs["Styles"] == "Cubism + Op Art"
    assert pairs["Sampler"] == "painter"
    assert (pairs["Rows"], pairs["Cols"]) == ("2", "3")
    assert "Script" not in pairs


@pytest.mark.parametrize(
    ("options", "prompt", "masks"),
    [
        ({"recipe": "samples", "prompt": "a cat, {red|blue}"}, "a cat, {red|blue}", None),
        (
            {"recipe": "variations"},
            "another picture of the same subject, in the same mood, composed differently",
            None,
        ),
        ({"recipe": "variations", "prompt": "a dog"}, "a dog", None),
        (
            {"recipe": "erase", "rects": [[0, 0, 9, 9]]},
            "the background goes on as if nothing had been there",
            "erased",
        ),
        (
            {"recipe": "matrix", "subjects": ["a cat", "a dog"], "styles": ["Cubism", "Op Art"]},
            "in the style of {styles}",
            "all",
        ),
        ({"styles": ["Cubism", "Op Art"], "masks": ["left"]}, "in the style of {styles}", "left"),
    ],
)
@pytest.mark.parametrize("engine", ["painter", "openai"])
def test_a_collage_is_described_by_the_prompt_it_was_made_with(options, prompt, masks, engine):
    if engine == "openai" and options.get("recipe") == "variations":
        pytest.skip("it makes no variations")
    plan = planned(**{"engine": engine, **options})
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}

    said = provenance.describe_collage(
        plan, record(plan, sidecars, {}, {}, min_share=1, created=NOW)
    )

    first, _, last = said.parameters.rpartition("\n")
    assert first == prompt
    pairs = dict(pair.split(": ", 1) for pair in last.split(", "))
    assert pairs.get("Masks") == masks
    assert ("Mask mode" in pairs) == (masks is not None)
    told = dict(said.properties).get("Iptc4xmpExt:AIPromptInformation")
    assert told == (prompt if engine == "openai" else None)


def test_a_tiles_record_is_its_conditioning_and_its_key():
    tile = a_tile(seed=3, sample=None)

    said = json.loads(described(tile).record)

    assert said.keys() == {"kind", "version", "pack", "key", "tile"}
    assert Tile.model_validate(said["tile"]) == tile
    assert said["key"] == tile.key == sha256(canonical(tile.model_dump()))


def test_a_tile_is_described_in_the_same_bytes_by_every_run():
    picture = PICTURES["png"]

    again = Tile.model_validate_json(a_tile().model_dump_json())

    assert provenance.embed(picture, described(again)) == provenance.embed(picture, described())


def test_a_table_is_described_by_its_axes_as_the_web_uis_do():
    options = {
        "recipe": "matrix",
        "subjects": ["a red cat", "a dog"],
        "styles": ["Cubism", "Op Art", "Baroque"],
        "axes": {"seed": ["1", "2"]},
    }
    plan = planned(**options)
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}
    manifest = record(plan, sidecars, {}, {}, min_share=1, created=NOW)

    _, _, pairs = web_ui(provenance.describe_collage(plan, manifest).parameters)

    assert pairs["Script"] == "X/Y/Z plot"
    assert (pairs["X Type"], pairs["X Values"]) == ("Style", "Cubism + Op Art + Baroque")
    assert (pairs["Y Type"], pairs["Y Values"]) == ("Subject", "a red cat + a dog")
    assert (pairs["Z Type"], pairs["Z Values"]) == ("Seed", "1 + 2")


def test_a_table_of_engines_says_of_those_that_hold_a_model_which_they_are():
    options = {"recipe": "matrix", "subjects": ["a cat"], "styles": ["Cubism"]}
    plan = planned(**options, axes={"engine": ["painter", "openai"]})
    sidecars = {index: a_sidecar(plan, tile) for index, tile in enumerate(plan.tiles)}
    manifest = record(plan, sidecars, {}, {}, min_share=1, created=NOW)

    said = dict(provenance.describe_collage(plan, manifest).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + "compositeWithTrainedAlgorithmicMedia"
    assert said["Iptc4xmpExt:AISystemUsed"] == "openai"
    (model,) = {tile.model for tile in plan.tiles if tile.engine == "openai"}
    assert said["Iptc4xmpExt:AISystemVersionUsed"] == model


def sd_parsers(parameters):
    """Parameters as sd-parsers takes them apart: sampler, and what belongs to it.

    By its rules: pieces between commas that hold one colon are pairs, and a line is one of
    parameters when it has three of these.
    """
    *_, last = parameters.split("\n")
    pairs = dict(
        map(str.strip, piece.split(":")) for piece in last.split(",") if piece.count(":") == 1
    )
    names = ("Sampler", "CFG scale", "Seed", "Steps", "ENSD", "Schedule type")
    found = {name: pairs[name] for name in names if name in pairs}
    assert len(found) >= 3
    return found.pop("Sampler"), found


@pytest.mark.parametrize(
    ("changes", "sampler", "seed"),
    [
        ({"engine": "painter", "model": "painter-1", "seed": 5, "sample": None}, "painter", "5"),
        ({"engine": "openai"}, "openai", None),
        (
            {"engine": "diffusion", "seed": 7, "sample": None, "options": {"scheduler": "euler_a"}},
            "Euler a",
            "7",
        ),
    ],
)
def test_a_reader_that_asks_for_a_sampler_finds_one_in_every_tile(changes, sampler, seed):
    name, found = sd_parsers(described(a_tile(**changes)).parameters)

    assert (name, found.get("Seed"), found["Steps"]) == (sampler, seed, "1")


def test_a_reader_that_asks_for_a_sampler_finds_one_in_a_collage():
    plan, manifest = a_collage(engine="painter")

    name, found = sd_parsers(provenance.describe_collage(plan, manifest).parameters)

    assert (name, found) == ("painter", {"Steps": "1", "Seed": "0"})


def test_a_collages_record_is_the_plan_and_what_came_of_it():
    plan, manifest = a_collage(gap=2)

    said = json.loads(provenance.describe_collage(plan, manifest).record)

    source = plan.source.model_copy(update={"key": ""})
    assert type(plan).model_validate(said["plan"]) == plan.model_copy(update={"source": source})
    assert said["run"]["created"] == manifest.created
    assert said["run"]["usd"] == manifest.usd
    assert said["tiles"][0]["key"] == plan.tiles[0].key
    assert said["tiles"][0]["usd"] == 0.01
    assert said["cells"]["tile"] == list(manifest.layout.cells)
    assert said["cells"]["planned"] == list(plan.layout.cells)
    assert said["cells"]["state"] == ["done"] * 6
    assert said["geometry"] == {
        "rows": 2,
        "cols": 3,
        "cell": [16, 16],
        "gap": 2,
        "offset": [0, 0],
        "step": [18, 18],
        "visible": [16, 16],
        "label": 0,
        "size": [3 * 18 - 2, 2 * 18 - 2],
    }


def test_the_name_of_the_sources_file_is_not_told():
    plan, manifest = a_collage()
    source = plan.source.model_copy(update={"key": "uploads/anna-on-the-beach.jpg"})

    said = provenance.describe_collage(plan.model_copy(update={"source": source}), manifest)

    assert b"anna" not in said.record


@pytest.mark.parametrize(
    ("changes", "term"),
    [
        ({}, "compositeWithTrainedAlgorithmicMedia"),
        ({"operation": "variation", "mask": None}, "compositeWithTrainedAlgorithmicMedia"),
        (
            {"operation": "generate", "mask": None, "source": None},
            "trainedAlgorithmicMedia",
        ),
        ({"engine": "painter", "model": "painter-1"}, "algorithmicallyEnhanced"),
        ({"engine": "painter", "operation": "generate", "source": None}, "algorithmicMedia"),
    ],
)
def test_the_source_type_is_iptcs(changes, term):
    said = dict(described(a_tile(**changes)).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + term


@pytest.mark.parametrize(
    ("engine", "term"),
    [("openai", "compositeWithTrainedAlgorithmicMedia"), ("painter", "composite")],
)
def test_a_collage_is_a_composite(engine, term):
    said = dict(provenance.describe_collage(*a_collage(engine=engine)).properties)

    assert said["Iptc4xmpExt:DigitalSourceType"] == IPTC + term
    assert ("Iptc4xmpExt:AISystemUsed" in said) == (engine == "openai")


def test_only_a_trained_model_is_called_an_ai_system():
    said, painted = (
        dict(described(tile).properties) for tile in (a_tile(), a_tile(engine="painter"))
    )

    assert said["Iptc4xmpExt:AIPromptInformation"] == "in the style of Cubism and Baroque"
    assert said["Iptc4xmpExt:AISystemUsed"] == "openai"
    assert said["Iptc4xmpExt:AISystemVersionUsed"] == "gpt-image-2.5"
    assert not any(":AI" in name for name in painted)


# Where it is written.


@every_picture
def test_what_is_written_is_read_back_and_no_pixel_changes(picture):
    written = provenance.embed(picture, described())

    found = provenance.read(written)
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

    twice = provenance.embed(provenance.embed(picture, other), described())

    assert twice == provenance.embed(picture, described())


def test_pillow_reads_the_texts_of_a_png():
    picture = decode(provenance.embed(PICTURES["png"], described()))

    assert set(picture.text) == {"parameters", "collage", "XML:com.adobe.xmp"}
    assert picture.text["parameters"] == described().parameters
    assert json.loads(picture.text["collage"])["key"] == a_tile().key
    assert properties(picture.info["xmp"])["AISystemUsed"] == "openai"


@pytest.mark.parametrize("name", [name for name in PICTURES if not name.startswith("png")])
def test_pillow_reads_the_exif_and_the_xmp_of_the_others(name):
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75 \U0001f30a")

    picture = decode(provenance.embed(PICTURES[name], described(tile)))

    assert pillow_comment(picture) == described(tile).parameters
    said = properties(picture.info["xmp"])
    assert said["AIPromptInformation"] == tile.prompt
    assert json.loads(said["Record"])["key"] == tile.key


def test_text_beyond_ascii_is_utf_8_in_a_png():
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75, caf\u00e9, \U0001f30a")

    picture = decode(provenance.embed(PICTURES["png"], described(tile)))

    assert picture.text["parameters"].splitlines()[0] == tile.prompt
    assert json.loads(picture.text["collage"])["tile"]["prompt"] == tile.prompt


@exiftool
@every_picture
def test_exiftool_reads_all_of_it_and_finds_no_fault(picture):
    tile = a_tile(prompt="in the style of \u6d6e\u4e16\u7d75 & <caf\u00e9>")
    written = provenance.embed(picture, described(tile))

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
    written = provenance.embed(picture, provenance.describe_collage(*a_collage(rows=12, cols=12)))

    found = with_exiftool(written, "-validate", "-a", "-Warning", "-Error", "-XMP:all")

    faults = [text for name, text in found.items() if name.endswith((":Error", ":Warning"))]
    # A comment alone is a short EXIF: what is missing of it would say nothing here.
    assert not [fault for fault in faults if "Missing required" not in fault]
    assert found["XMP-xmp:CreatorTool"] == f"combinatoric-collage {collage.__version__}"


@exiftool
@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_the_record_outlives_an_edit_by_exiftool(name, tmp_path):
    file = tmp_path / f"picture.{name}"
    file.write_bytes(provenance.embed(PICTURES[name], described()))

    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Mine", file], check=True
    )

    assert canonical(provenance.read(file.read_bytes()).record) == described().record


@every_format
def test_a_large_record_is_packed(picture):
    plan, manifest = a_collage(rows=30, cols=30, tiles=900)
    said = provenance.describe_collage(plan, manifest)

    written = provenance.embed(picture, said)

    assert len(said.record) > 300_000
    assert len(written) - len(picture) < len(said.record) / 3
    assert canonical(provenance.read(written).record) == said.record
    assert decode(written).tobytes() == decode(picture).tobytes()


def huge(size=2_500_000):
    """A record that no compression makes small, of characters of several bytes."""
    alphabet = "".join(chr(c) for c in range(0x4E00, 0x4E00 + 4096))
    digits = bytes(noise((1000, size // 3000)).tobytes())
    text = "".join(alphabet[16 * a + b % 16] for a, b in pairwise(digits))
    return provenance.Description("a\nSteps: 1", canonical({"kind": "x", "text": text}), ())


@every_format
def test_a_record_of_any_size_can_be_opened_by_pillow(picture):
    said = huge()

    written = provenance.embed(picture, said)

    assert decode(written).tobytes() == decode(picture).tobytes()
    assert canonical(provenance.read(written).record) == said.record


def test_a_png_holds_a_large_record_in_parts_that_are_text_each():
    picture = decode(provenance.embed(PICTURES["png"], huge()))

    parts = [name for name in picture.text if name.startswith("collage")]
    assert parts == ["collage", *(f"collage.{n}" for n in range(2, len(parts) + 1))]
    assert len(parts) > 2
    assert "".join(picture.text[name] for name in parts).encode() == huge().record


def test_a_jpeg_holds_a_large_record_in_extended_xmp():
    written = provenance.embed(PICTURES["jpeg"], huge())

    assert written.count(b"http://ns.adobe.com/xmp/extension/\0") > 2
    assert "HasExtendedXMP" in properties(provenance.read(written).xmp)


@exiftool
def test_exiftool_joins_the_extended_xmp():
    found = with_exiftool(
        provenance.embed(PICTURES["jpeg"], huge()), "-XMP-collage:all", "-Warning"
    )

    assert found["XMP-collage:RecordZlib"]
    assert not {name for name in found if name.endswith(":Warning")}


def test_the_colour_profile_stays():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for file_format in ("PNG", "JPEG", "WEBP"):
        picture = encode(noise((33, 17)), file_format, icc_profile=profile)
        assert decode(provenance.embed(picture, described())).info["icc_profile"] == profile


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

    written = provenance.embed(picture, described())

    assert b"Leaky" not in written
    assert not decode(written).getexif().get_ifd(0x8825)
    assert 0x010F not in decode(written).getexif()


@exiftool
@every_format
def test_exiftool_finds_no_place_and_no_camera(picture):
    found = with_exiftool(provenance.embed(picture, described()), "-GPS:all", "-Make", "-Model")

    assert found == {"SourceFile": "-"}


# What others put into prompts and names.

HOSTILE = [
    "a\nNegative prompt: b\nSteps: 99, Sampler: x, Seed: 666",
    "Negative prompt: b",
    "NEGATIVE PROMPT:: steps ::: 9",
    'a", Seed: 666, Model: "b',
    "a, Seed: 666, Model: evil",
    "\u2028Steps: 9, Seed: 9, Size: 9x9\u2029",
    "\x85\x0b\x0c\x1c\x1d\x1e\rSteps: 9, Seed: 9, Size: 9x9",
    "\0\0\x1b[31m\x07",
    "</rdf:li><x a='1'>&amp;<![CDATA[ ]]> <!-- --> ?>",
    "\ufeff\u202e\ufffe\uffff\U0001f469\u200d\U0001f3a8",
    "\\",
    '"',
    "\u6d6e" * 10_000,
    "x" * 10_240,
]

hostile = st.sampled_from(HOSTILE) | st.text(max_size=200)


def check_said(tile, picture):
    """Nothing but what the tile's own fields ask for is said, in the places meant for it."""
    written = provenance.embed(picture, described(tile))
    found = provenance.read(written)
    assert decode(written).tobytes() == decode(picture).tobytes()
    assert Tile.model_validate(found.record["tile"]) == tile
    assert found.parameters == described(tile).parameters
    assert len(found.parameters.splitlines()) <= 2
    prompt, negative, pairs = web_ui(found.parameters)
    assert negative == ""
    assert prompt == prompt.strip()
    assert set(pairs) <= {
        *("Steps", "Sample", "Size", "Model", "Engine", "Mask mode", "Mask", "Styles"),
        *("Version", "Quality", "Sampler", "Schedule type"),
    }
    assert (pairs["Steps"], pairs["Sample"], pairs["Size"]) == ("1", "2", "48x32")
    assert all(value and not re.search('[,:"\\\\]', value) for value in pairs.values())
    assert set(properties(found.xmp)) <= {
        *("DigitalSourceType", "CreatorTool", "AIPromptInformation", "AISystemUsed"),
        *("AISystemVersionUsed", "Record", "RecordZlib", "HasExtendedXMP"),
    }


@every_format
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_injects_nothing(text, picture):
    tile = a_tile(prompt=text, styles=(text, text), model=text, options={"quality": text})

    check_said(tile, picture)


@given(hostile, hostile, hostile, hostile, st.sampled_from(list(FORMATS)))
def test_no_text_injects_anything(prompt, style, model, option, name):
    tile = a_tile(prompt=prompt, styles=(style, "Cubism"), model=model, options={"quality": option})

    check_said(tile, FORMATS[name])


@given(st.dictionaries(hostile, hostile, max_size=5))
def test_the_names_of_options_inject_no_pair(options):
    options.pop("num_inference_steps", None)
    options.pop("negative_prompt", None)

    _, negative, pairs = web_ui(described(a_tile(options=options)).parameters)

    assert negative == ""
    assert (pairs["Steps"], pairs["Sample"], pairs["Size"]) == ("1", "2", "48x32")
    assert len({name.lower() for name in pairs}) == len(pairs) <= 11 + len(options)


@every_format
def test_the_longest_text_still_fits(picture):
    text = "\U0001f30a" * 20_000
    tile = a_tile(
        prompt=text,
        styles=(text,) * 5,
        model=text,
        engine=text,
        options={**{f"{'o' * 100}{i}": text for i in range(40)}, "negative_prompt": text},
    )

    found = provenance.read(provenance.embed(picture, described(tile)))

    assert found.parameters == described(tile).parameters
    assert found.record["tile"]["prompt"] == text


@given(st.text())
def test_a_line_is_one_line(text):
    assert len(provenance.line(text).splitlines()) <= 1
    assert provenance.line(provenance.line(text)) == provenance.line(text)
    assert not re.search("[\0-\x1f\x7f-\x9f\u202a-\u202e]", provenance.line(text))


# Hostile files.


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
        provenance.read(png_with(chunk))


def test_many_texts_that_unpack_to_too_much_together_are_refused():
    part = zlib.compress(b"0" * 30_000_000, 9)
    chunks = [(b"zTXt", f"collage.{n}\0\0".encode() + part) for n in range(3)]

    with pytest.raises(NoMetadata, match=r"more than [0-9,]+ bytes"):
        provenance.read(png_with(*chunks))


@pytest.mark.parametrize("name", ["jpeg", "webp"])
def test_a_packed_record_in_xmp_that_unpacks_to_too_much_is_refused(name, monkeypatch):
    record = ("collage:RecordZlib", b64encode(bomb()).decode())
    monkeypatch.setattr(xmp, "record_property", lambda _: record)
    written = provenance.embed(PICTURES[name], described())

    with pytest.raises(NoMetadata, match=r"more than [0-9,]+ bytes"):
        provenance.read(written)


def test_entities_in_xmp_are_refused():
    written = provenance.embed(PICTURES["webp"], described())
    declared = written.replace(b"<x:xmpmeta", b"<!DOCTYPE x", 1)

    with pytest.raises(NoMetadata, match="not plain"):
        provenance.read(declared)


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
        provenance.read(png_with((b"iTXt", body)))


@every_format
def test_a_picture_that_says_nothing_has_no_metadata(picture):
    with pytest.raises(NoMetadata, match="no metadata"):
        provenance.read(picture)


def test_parameters_of_another_tool_are_found_without_a_record():
    found = provenance.read(png_with((b"tEXt", b"parameters\0a cat\nSteps: 2, Seed: 1, Size: 1x1")))

    assert found.parameters.startswith("a cat")
    assert found.record is None


def test_exif_of_a_little_endian_writer_is_read():
    exif = Image.Exif()
    exif.endian = "<"
    exif.get_ifd(0x8769)[UTF16_COMMENT] = b"UNICODE\0" + "a cat".encode("utf-16-le")

    assert provenance.read(encode(noise((9, 9)), "JPEG", exif=exif)).parameters == "a cat"


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"GIF89a", b"%PDF-1.7", b"\x89PNG", b"RIFF1234WAVE"]
)
def test_what_is_no_picture_is_refused(data):
    for function in (provenance.read, lambda data: provenance.embed(data, described())):
        with pytest.raises(NotAPicture):
            function(data)


@every_picture
def test_a_picture_that_is_cut_off_is_not_written_to(picture):
    for length in (14, 24, 60):
        with pytest.raises(TruncatedPicture):
            provenance.embed(picture[:length], described())


@given(
    st.sampled_from(list(PICTURES)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6),
    st.floats(0, 1),
)
def test_a_damaged_file_ends_in_a_named_error_or_in_a_reading(name, damage, cut):
    data = bytearray(provenance.embed(PICTURES[name], described()))
    for place, replacement in damage:
        at = round(place * len(data))
        data[at : at + len(replacement)] = replacement
    data = bytes(data)
    for hurt in (data, data[: round(cut * len(data))]):
        for function in (provenance.read, lambda data: provenance.embed(data, described())):
            with suppress(CollageError):
                function(hurt)


def test_the_plan_of_a_large_collage_is_written_whole():
    plan, manifest = a_collage(
        rows=100, cols=100, tiles=10_000, styles=[f"Style {i}" for i in range(80)]
    )
    said = provenance.describe_collage(plan, manifest)

    written = provenance.embed(PICTURES["png"], said)

    assert canonical(provenance.read(written).record) == said.record
    Image.open(io.BytesIO(written)).load()


def test_prompts_are_left_out_of_a_record_that_nothing_could_open(monkeypatch):
    plan, manifest = a_collage()
    monkeypatch.setattr(provenance.describe, "MAX_RECORD", 1000)

    said = json.loads(provenance.describe_collage(plan, manifest).record)

    assert {tile["prompt"] for tile in said["plan"]["tiles"]} == {""}
    assert said["plan"]["request"]["prompt_template"] == "in the style of {styles}"
