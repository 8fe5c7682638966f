"""The index of a large collage says what its manifest says, in parts."""

import json
from base64 import b64decode
from itertools import chain

import pytest

from collage.cell_index import CellIndex, is_large
from collage.manifest import TileRecord
from tests.unit.plans import planned
from tests.unit.test_verdict import judge

SIDE, CHUNK = 4, 30
STYLES = ("Cubism", "Baroque", "Pop Art", "Op Art")


@pytest.fixture(scope="module")
def manifest():
    """16 tiles in 9 x 7 cells: two have no picture, many cells repeat others."""
    plan = planned(styles=STYLES, rows=7, cols=9)
    tiles = len(plan.tiles)
    return judge(plan, [i for i in range(tiles) if i not in (3, 5)], usd=0.25)


@pytest.fixture(scope="module")
def index(manifest):
    return CellIndex(manifest, SIDE, CHUNK)


@pytest.fixture(scope="module")
def head(index):
    return json.loads(index.head())


@pytest.fixture(scope="module")
def files(index):
    return {name: json.loads(data) for name, data in index.files()}


def value(column, place):
    """What a column of a block has at a place."""
    if "which" in column:
        return column["values"][column["which"][place]]
    return column["all"] if "all" in column else column["each"][place]


def tile_of(block, place):
    """The record of a tile of a block."""
    if place is None:
        return None
    said = {name: value(column, place) for name, column in block["tiles"].items()}
    own = {name: each for name, each in said.items() if not name.startswith("tile.")}
    tile = {name.removeprefix("tile."): each for name, each in said.items() if name not in own}
    # What a record leaves out is as at first; a column says nothing of it.
    unsaid = {
        name for name, field in TileRecord.model_fields.items() if field.exclude_if is not None
    }
    kept = {name: each for name, each in own.items() if each is not None or name not in unsaid}
    return TileRecord.model_validate({**kept, "tile": tile})


def cells_of(files, rows, cols):
    """All cells by their places: state, what is shown, what was planned."""
    across = -(-cols // SIDE)
    for number in range(across * -(-rows // SIDE)):
        block, top, left = files[f"index/{number}.json"], number // across, number % across
        wide = min(SIDE, cols - left * SIDE)
        for place in range(wide * min(SIDE, rows - top * SIDE)):
            said = [value(block["cells"][name], place) for name in ("state", "shown", "planned")]
            where = top * SIDE + place // wide, left * SIDE + place % wide
            yield where, (said[0], tile_of(block, said[1]), tile_of(block, said[2]))


def numbers(text, size):
    data = b64decode(text)
    return [int.from_bytes(data[at : at + size], "little") for at in range(0, len(data), size)]


def test_blocks_say_what_the_manifest_says_of_every_cell(manifest, files):
    tiles = manifest.tiles
    wanted = {
        (cell.row, cell.col): (
            cell.state,
            None if cell.tile is None else tiles[cell.tile],
            None if cell.planned is None else tiles[cell.planned],
        )
        for cell in manifest.cells
    }
    assert dict(cells_of(files, 7, 9)) == wanted


def test_columns_say_what_each_cell_is_found_by(manifest, head, files):
    names = {field["key"]: field for field in head["index"]["fields"]}
    assert {"style-a", "style-b", "mask", "state"} <= names.keys()
    found = {}
    for field in head["index"]["fields"]:
        texts = [None, *field["values"]]
        if not field["bytes"]:
            found[field["key"]] = texts[1:] * len(manifest.cells)
            continue
        packed = (files[f"index/columns-{n}.json"]["columns"][field["key"]] for n in range(3))
        codes = chain.from_iterable(numbers(each, field["bytes"]) for each in packed)
        found[field["key"]] = [texts[code] for code in codes]
    prompts = []
    for number in range(3):
        part = files[f"index/columns-{number}.json"]
        prompts += [part["prompts"][code] for code in numbers(part["prompt"], 2)]
    fields = [field["key"] for field in head["index"]["fields"]]
    for position, cell in enumerate(manifest.cells):
        record = manifest.tiles[cell.planned if cell.tile is None else cell.tile]
        said = {key: found[key][position] for key in found}
        assert said["state"] == cell.state
        assert [said["style-a"], said["style-b"]] == list(record.tile.styles)
        assert said["mask"] == record.mask_name
        pieces = (
            piece if isinstance(piece, str) else said[fields[piece]] for piece in prompts[position]
        )
        assert "".join(pieces) == record.tile.prompt
    assert len({tuple(pieces) for pieces in prompts}) < 4, "prompts are told by their styles"


def test_keys_find_the_cells_of_a_tile(manifest, head, files):
    keys = b"".join(b64decode(files[f"index/keys-{n}.json"]["keys"]) for n in range(3))
    assert not head["index"]["in_place"]
    tiles = chain.from_iterable(
        numbers(files[f"index/keys-{n}.json"]["tiles"], 4) for n in range(3)
    )
    for position, (cell, tile) in enumerate(zip(manifest.cells, tiles, strict=True)):
        shown = "0" * 64 if cell.tile is None else manifest.tiles[cell.tile].key
        assert keys[6 * position : 6 * position + 6].hex() == shown[:12]
        assert tile - 1 == (cell.tile if cell.planned is None else cell.planned)


def test_the_head_says_all_but_tiles_and_cells(manifest, head):
    whole = manifest.model_dump(mode="json")
    assert head["layout"] == {k: v for k, v in whole["layout"].items() if k != "cells"}
    own = whole.keys() - {"tiles", "cells", "layout"}
    assert {name: head[name] for name in own} == {name: whole[name] for name in own}
    assert (head["index"]["tiles"], head["index"]["cells"]) == (len(manifest.tiles), 63)


@pytest.mark.parametrize("scripts", [False, True])
def test_the_names_of_its_files_are_known_before(index, scripts):
    made = dict(index.files(scripts=scripts))
    assert [*made] == index.names(scripts=scripts)
    if scripts:
        text = made["index/keys-0.js"].decode()
        said = text.removeprefix('collageIndex("keys-0", ').removesuffix(");\n")
        assert json.loads(said) == json.loads(dict(index.files())["index/keys-0.json"])


def test_what_has_too_many_values_has_no_column(manifest, monkeypatch):
    monkeypatch.setattr("collage.cell_index.MOST_VALUES", 2)
    fields = json.loads(CellIndex(manifest).head())["index"]["fields"]
    keys = {field["key"] for field in fields}
    assert "style-a" not in keys
    assert "engine" in keys


def test_a_collage_is_large_beyond_ten_thousand_cells(manifest):
    cells = (manifest.cells[0],) * 10_000
    assert not is_large(manifest.model_copy(update={"cells": cells}))
    assert is_large(manifest.model_copy(update={"cells": (*cells, cells[0])}))
