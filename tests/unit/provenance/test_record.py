"""The record: the same bytes as before, and readable whichever version wrote it."""

import json
from pathlib import Path

import pytest

from collage.formats import metadata
from collage.provenance.describe import describe_collage, describe_tile
from collage.provenance.explain import explain
from collage.provenance.read_record import ReadCollage, ReadTile
from collage.provenance.record import WrittenCollage, WrittenTile
from collage.tile import Sidecar
from tests.unit.provenance.collages import collage_of
from tests.unit.provenance.described import a_tile

RECORDS = Path(__file__).parents[2] / "fixtures" / "records"
every_version = pytest.mark.parametrize(
    "folder",
    sorted(path for path in RECORDS.iterdir() if path.is_dir()),
    ids=lambda path: path.name,
)


@every_version
def test_a_tile_of_every_version_says_what_it_says_today(folder):
    made = Sidecar.model_validate_json((folder / "tile.json").read_bytes())
    picture = (folder / "tile.png").read_bytes()

    said, today = metadata.read(picture), describe_tile(made.tile)

    assert {**json.loads(today.record), "pack": said.record["pack"]} == said.record
    assert explain(picture).tile.key == made.key
    assert explain(picture).tile.prompt == made.tile.prompt


def test_what_is_written_is_what_is_read():
    _, plan, manifest = collage_of()
    written = describe_collage(plan, manifest).record
    known, told = ReadCollage.model_validate_json(written), json.loads(written)

    assert told.keys() == WrittenCollage.model_fields.keys()
    assert [tile.prompt for tile in known.plan.tiles] == [tile.prompt for tile in plan.tiles]
    assert known.plan.request.masks == plan.request.masks
    assert known.run.tile_counts == manifest.tile_counts
    assert known.geometry == manifest.geometry
    assert [end.key for end in known.tiles] == [record.key for record in manifest.tiles]
    assert known.cells.tile == manifest.layout.cells


def test_a_tile_that_is_written_is_read():
    written = describe_tile(a_tile()).record

    assert json.loads(written).keys() == WrittenTile.model_fields.keys()
    assert ReadTile.model_validate_json(written).tile.prompt == a_tile().prompt
