"""A format is one file and its place in the registry: everything else follows, or fails at once."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

import pytest

from collage import formats
from collage.formats import FORMATS, metadata
from collage.formats.description import Description
from collage.formats.file_format import FileFormat
from collage.formats.png import PNG
from collage.names import GATHERED, PICTURE
from collage.request.parse import parse
from collage.request.request import Request
from collage.store.results import CONTENT_TYPES
from combinatoric_collage.cli.request_options import COMPLETED, METAVARS
from combinatoric_collage.cli.result_files import FIRST
from tests.unit.pictures import decode, noise, pixels

every_format = pytest.mark.parametrize("each", FORMATS.values(), ids=FORMATS)
SAID = Description("a cat\nSteps: 1", b'{"kind":"tile"}', (("xmp:CreatorTool", "here"),))


def written(each, size, said=None):
    """The file of a picture in a format, given in strips of seven rows."""
    picture, parts = pixels(noise(size)), []
    with ThreadPoolExecutor(2) as pool:
        writer = each.writer(size, said, parts.append, pool)
        for start in range(0, size[1], 7):
            writer.write(picture[start : start + 7])
        writer.finish()
    return b"".join(parts)


@pytest.mark.parametrize(
    "name", [name for name in FileFormat._fields if name not in FileFormat._field_defaults]
)
def test_a_format_that_is_half_there_cannot_be_made(name):
    known = PNG._asdict()
    del known[name]

    with pytest.raises(TypeError, match=f"'{name}'"):
        FileFormat(**known)


def test_what_a_format_cannot_be_made_without():
    needed = set(FileFormat._fields) - FileFormat._field_defaults.keys()

    assert needed >= {"name", "title", "ending", "content_type", "longest_side"}
    assert needed >= {"begins", "writer", "embed", "read"}


def test_a_format_that_has_a_file_is_in_the_list():
    modules = [import_module(f"collage.formats.{m.name}") for m in iter_modules(formats.__path__)]
    made = [each for m in modules for each in vars(m).values() if isinstance(each, FileFormat)]

    assert {each.name for each in made} == FORMATS.keys()


@every_format
def test_a_format_writes_what_it_recognizes_and_reads(each):
    file = written(each, (33, 20), SAID)

    assert formats.recognized(file) is each
    assert decode(file).size == (33, 20)
    found = metadata.read(file)
    assert (found.format, found.size) == (each.name, (33, 20))
    assert (found.parameters, found.record) == (SAID.parameters, {"kind": "tile"})
    assert "here" in found.xmp


@every_format
def test_a_description_is_put_into_a_file_that_has_none(each):
    file = written(each, (12, 9))

    described = metadata.embed(file, SAID)

    assert decode(described).tobytes() == decode(file).tobytes()
    assert metadata.read(described).parameters == SAID.parameters


@every_format
def test_a_format_is_known_wherever_formats_are(each):
    picture = f"collage.{each.ending}"

    assert parse({"format": each.name}).format == each.name
    assert parse({"format": each.ending}).format == each.name
    assert each.name in Request.model_json_schema()["properties"]["format"]["enum"]
    assert each.name in METAVARS["format"].split("|")
    assert each.name in COMPLETED["format"]
    assert each.content_type in get_args(formats.ContentType)
    assert each.title in formats.TITLES
    assert CONTENT_TYPES[each.ending] == each.content_type
    assert PICTURE.fullmatch(picture)
    assert GATHERED.fullmatch(picture)
    assert picture in FIRST
    assert formats.by_ending(picture) is each


def test_no_two_formats_are_taken_for_each_other():
    files = {name: written(each, (8, 8)) for name, each in FORMATS.items()}

    for name, file in files.items():
        assert [each.name for each in FORMATS.values() if each.begins(file)] == [name]
    for fact in ("ending", "content_type", "title"):
        assert len({getattr(each, fact) for each in FORMATS.values()}) == len(FORMATS)


def test_what_no_format_begins_with_is_of_none():
    assert formats.recognized(b"") is None
    assert formats.recognized(b"RIFF\0\0\0\0WAVE") is None
    assert formats.recognized(b"%PDF-1.7") is None
