"""Layouts of chosen tiles: which, in what order, and what is told of them and no others."""

import json

import numpy as np
import pytest

from collage.choices.choice import Change, Choice, Choices
from collage.errors import InvalidRequest
from collage.provenance import explain
from collage.request.relayout import LayoutAsked, Relayout, layout_name, of_these, parse_asked
from collage.sheet import cells
from collage.steps.assemble_again import assemble_again
from collage.steps.choose import layout_of
from combinatoric_collage.cli.stacks.fetch import fetch
from tests.unit.pictures import decode, pixels
from tests.unit.runs import assemble, made, prepare, render

TABLE = {
    "recipe": "matrix", "subjects": ["a fox", "an owl"], "styles": ["Cubism", "Op Art", "Fauvism"],
    "prompt_template": "{subject}, {styles}", "axes": {"seed": ["3", "4"]}, "size": 64, "cell": 32,
}  # fmt: skip


@pytest.fixture
def table(stack):
    """A table with headings and blocks; its manifest."""
    return stack.store.manifest(made(stack, **{**TABLE, "rows": 4, "cols": 3}))


def say(stack, manifest, **people):
    """Write what people think of the tiles with these indexes."""
    said = {
        name: {
            manifest.tiles[index].key: Choice(at="2026-02-01T10:00:00Z", **one)
            for index, one in tiles.items()
        }
        for name, tiles in people.items()
    }
    stack.store.change_choices(manifest.id, lambda _: Choices(id=manifest.id, people=said))


def lay(stack, manifest, **asked):
    """Lay chosen tiles out; the folder of the result, and its manifest."""
    wanted = layout_of(stack.store, manifest.id, parse_asked(asked))
    folder = f"layouts/{layout_name(wanted)}"
    assemble_again(stack.store, manifest.id, wanted)
    return folder, stack.store.manifest(manifest.id, folder)


def keys(manifest, *indexes):
    return [manifest.tiles[index].key for index in indexes]


def test_the_chosen_lie_as_in_the_collage_each_once_and_without_headings(stack, table):
    say(stack, table, anna={7: {"star": True}, 2: {"star": True}, 9: {"star": True}})

    folder, laid = lay(stack, table, only=["starred"])

    assert [record.key for record in laid.tiles] == keys(table, 2, 7, 9)
    assert [record.index for record in laid.tiles] == [0, 1, 2]
    assert (laid.layout.rows, laid.layout.cols, laid.layout.cells) == (1, 3, (0, 1, 2))
    assert [(cell.tile, cell.state) for cell in laid.cells] == [(i, "done") for i in range(3)]
    assert (laid.layout.column_headers, laid.layout.row_headers, laid.layout.fixed) == (
        (),
        (),
        False,
    )
    assert (laid.tile_counts, laid.cell_counts) == ({"done": 3}, {"done": 3})
    picture = pixels(decode(stack.store.collage(table.id, folder)))
    x, y = laid.geometry.offset
    for number in range(3):
        png, _ = stack.store.finished(laid.tiles[number].key)
        there = picture[y : y + 32, x + 32 * number : x + 32 * number + 32]
        assert np.array_equal(there, cells.shrink(png, (32, 32)))


def test_cells_that_are_left_over_stay_empty(stack, table):
    _, laid = lay(stack, table, only=["cells=0:0 0:1 1:0 1:1 2:2"])

    assert (laid.layout.rows, laid.layout.cols) == (2, 3)
    assert laid.layout.cells == (0, 1, 2, 3, 4, None)
    assert [cell.state for cell in laid.cells] == ["done"] * 5 + ["empty"]


def test_what_is_hidden_appears_nowhere(stack, table):
    say(stack, table, anna={index: {"hidden": True} for index in range(10)})

    folder, laid = lay(stack, table, sort="place")

    assert [record.key for record in laid.tiles] == keys(table, 10, 11)
    said = stack.store.file(table.id, "manifest.json", folder).decode()
    assert table.tiles[0].key not in said


def test_the_best_come_first_and_those_without_a_score_last(stack, table):
    say(
        stack, table,
        anna={1: {"score": 2}, 4: {"score": 5}, 6: {"score": 3}, 8: {"star": True}},
        ben={6: {"score": 4}},
    )  # fmt: skip

    _, all_of_them = lay(stack, table, sort="score")
    _, two = lay(stack, table, only=["score>=2"], sort="score", rows=1, cols=2)

    assert [r.key for r in all_of_them.tiles][:4] == keys(table, 4, 6, 1, 0)
    assert len(all_of_them.tiles) == 12
    assert [record.key for record in two.tiles] == keys(table, 4, 6)


def test_the_chosen_are_sorted_as_all_are(stack, table):
    say(stack, table, anna={index: {"star": True} for index in (0, 1, 2, 3)})

    _, by_style = lay(stack, table, only=["starred"], sort="style")
    _, shuffled = lay(stack, table, only=["starred"], sort="shuffle", seed=5)

    styles = [record.tile.styles for record in by_style.tiles]
    assert styles == sorted(styles)
    assert {record.key for record in shuffled.tiles} == {*keys(table, 0, 1, 2, 3)}


def test_labels_and_a_title_are_those_of_the_chosen(stack, table):
    folder, laid = lay(
        stack, table, only=["style=Cubism"], labels=True, title="The Cubists", cell=96
    )

    assert laid.title == "The Cubists"
    assert {*laid.captions.values()} == {"Cubism, all"}
    picture = decode(stack.store.collage(table.id, folder))
    assert picture.size == laid.geometry.size
    assert picture.height > laid.layout.rows * 96


def test_the_picture_explains_itself_by_the_plan(stack, table):
    folder, _ = lay(stack, table, only=["cells=2:1"])

    said = explain.explain(stack.store.collage(table.id, folder), cell=(0, 0))

    assert said.tile.key == table.tiles[7].key
    assert said.tile.prompt == table.tiles[7].tile.prompt


def test_a_fetched_layout_of_the_chosen_holds_their_tiles_alone(stack, table, tmp_path):
    say(stack, table, anna={2: {"star": True}, 7: {"star": True}})
    folder, _ = lay(stack, table, only=["starred"])

    fetch(stack.store, table.id, tmp_path, folder)

    assert {path.stem for path in (tmp_path / "tiles").iterdir()} == {*keys(table, 2, 7)}
    assert json.loads((tmp_path / "manifest.json").read_text())["tile_counts"] == {"done": 2}
    assert "window.choices" in (tmp_path / "choices.js").read_text()


def test_a_layout_is_that_of_its_tiles_whatever_is_chosen_later(stack, table):
    say(stack, table, anna={2: {"star": True}})
    first, _ = lay(stack, table, only=["starred"])
    key = table.tiles[5].key
    stack.store.change_choices(
        table.id, lambda there: there.changed("anna", {key: Change(star=True)})
    )

    second, laid = lay(stack, table, only=["starred"])

    assert second != first
    assert len(laid.tiles) == 2
    assert len(stack.store.manifest(table.id, first).tiles) == 1
    assert lay(stack, table, only=["cells=0:2"])[0] == first


def test_chosen_tiles_of_a_shuffled_collage_with_repeats_and_a_missing_one(stack):
    collage, calls = prepare(stack, rows=4, cols=4, tiles=6)
    render(stack, collage, calls[1:])
    manifest = assemble(stack, collage)
    there = [r.key for r in manifest.tiles if r.state == "done"]

    _, laid = lay(stack, manifest, only=[])

    assert sorted(record.key for record in laid.tiles) == sorted(there)
    assert len(there) == 5


@pytest.mark.parametrize("tiles", [[99], [1, 1]])
def test_tiles_that_there_are_not_are_refused(stack, table, tiles):
    with pytest.raises(InvalidRequest, match=r"^tiles: they are indexes of tiles that were made"):
        assemble_again(stack.store, table.id, Relayout(tiles=tiles))


@pytest.mark.parametrize(
    ("count", "asked", "shape"),
    [
        (1, {}, (1, 1)),
        (2, {}, (1, 2)),
        (3, {}, (1, 3)),
        (4, {}, (2, 2)),
        (5, {}, (2, 3)),
        (7, {}, (2, 4)),
        (12, {}, (3, 4)),
        (13, {}, (3, 5)),
        (100, {}, (10, 10)),
        (10_000, {}, (100, 100)),
        (40_000, {}, (200, 200)),
        (7, {"rows": 1}, (1, 7)),
        (7, {"cols": 3}, (3, 3)),
        (7, {"rows": 5, "cols": 5}, (5, 5)),
        (1000, {"rows": 1}, (1, 200)),
    ],
)
def test_rows_and_columns_follow_from_how_many_there_are(count, asked, shape):
    laid = of_these(LayoutAsked(**asked), range(count))

    assert (laid.rows, laid.cols) == shape


def test_layouts_of_all_tiles_lie_where_they_always_did():
    assert layout_name(Relayout(cols=3)) == "ab4fb676d1c3"
    assert layout_name(Relayout()) == "d01b5dab4996"
