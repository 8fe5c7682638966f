"""The tiles of a collage as they were made, in one file."""

import io
import json
import zipfile

import pytest

from collage.choices.choice import Change, Choices
from collage.digest import canonical
from collage.errors import InvalidRequest, NotInStore, UnreadableChoices
from collage.export.asked import parse_export
from collage.steps.export_collage import export_collage, order, record_no_export
from tests.unit.runs import assemble, prepare, render

STYLES = ["Cubism", "Baroque", "Op Art"]


@pytest.fixture
def made(stack):
    collage, calls = prepare(stack, styles=STYLES)
    render(stack, collage, calls)
    assemble(stack, collage)
    return collage


def taken(stack, collage, **options):
    asked = parse_export({"kind": "zip", **options})
    ordered = order(stack.store, collage, asked)
    exported = export_collage(stack.store, collage, ordered.name, asked, ordered.tiles)
    data = stack.get(f"collages/{collage}/exports/{ordered.name}/{exported.file}")
    assert len(data) == exported.bytes
    return exported, zipfile.ZipFile(io.BytesIO(data))


def starred(stack, collage, *indexes):
    manifest = stack.store.manifest(collage)
    changes = {manifest.tiles[i].key: Change(star=True) for i in indexes}
    choices = Choices(id=collage).changed("anna", changes)
    stack.store.put_file(collage, "", "choices.json", canonical(choices.model_dump(mode="json")))


def test_all_tiles_are_in_it_with_what_is_known_of_them(stack, made, written):
    exported, read = taken(stack, made)

    manifest = stack.store.manifest(made)
    files = json.loads(read.read("files.json"))
    assert exported.tiles == len(files) == 6
    assert files.keys() | {"files.json", "manifest.json", "choices.json"} == set(read.namelist())
    for name, key in files.items():
        assert read.read(name) == stack.get(f"tiles/{key}.png")
    assert json.loads(read.read("manifest.json"))["id"] == made
    first = manifest.tiles[manifest.cells[0].tile].tile
    styles = " + ".join(first.styles)
    assert next(iter(files)) == f"0-0-{styles}-{first.mask}-{first.seed}-painter.png"
    assert stack.store.exported(made, exported.name) == exported
    assert written[-1].endswith("/export.json")


def test_the_chosen_are_in_it_alone_and_the_choices_too(stack, made):
    starred(stack, made, 1, 4)

    exported, read = taken(stack, made, only=["starred"], names="{number}")

    assert exported.tiles == 2
    assert {"2.png", "5.png"} < set(read.namelist())
    assert list(json.loads(read.read("choices.json"))["people"]) == ["anna"]


def test_the_same_has_the_same_name_and_other_tiles_or_choices_another(stack, made):
    def name(**options):
        return order(stack.store, made, parse_export({"kind": "zip", **options})).name

    before = name()
    assert before == name()
    assert before == name(only=["engine=painter"])
    assert before != name(names="{number}")
    starred(stack, made, 1)
    assert before != name()


def test_a_picture_that_is_lost_is_left_out_and_said_to_be(stack, made):
    key = stack.store.manifest(made).tiles[2].key
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"tiles/{key}.png")

    exported, read = taken(stack, made)

    assert exported.notes == ("1 of 6 pictures are lost, and left out.",)
    assert key not in json.loads(read.read("files.json")).values()


def test_what_is_not_there_is_refused(stack, made):
    with pytest.raises(InvalidRequest, match=r"^only: "):
        taken(stack, made, only=["starred"])
    with pytest.raises(InvalidRequest, match=r"^names: 'planet' is no field"):
        taken(stack, made, names="{planet}")
    with pytest.raises(NotInStore):
        taken(stack, "0" * 20)
    stack.store.put_file(made, "", "choices.json", b"{")
    with pytest.raises(UnreadableChoices):
        taken(stack, made)


def test_why_it_could_not_be_made_lies_where_it_was_to_lie(stack, made):
    error = InvalidRequest("names: wrong.")

    record_no_export(stack.store, made, "0123456789ab", error)

    assert stack.store.export_failure(made, "0123456789ab").message == "names: wrong."
