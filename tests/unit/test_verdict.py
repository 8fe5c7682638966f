import pytest

from collage.errors import TooFewTiles
from collage.manifest import Failure
from collage.notes import Unsettled
from collage.tile import Sidecar
from collage.verdict import laid_out, record
from tests.unit.plans import planned

NOW = "2026-01-01T00:00:00+00:00"


def judge(plan, there, failures=(), min_share=0.0, unsettled=(), **paid):
    """The manifest when the tiles in ``there`` exist, by index, and were ``paid`` for so."""
    sidecars = {
        index: Sidecar(
            key=tile.key,
            sha256="0" * 64,
            tile=tile,
            collage=plan.id,
            seconds=0.5,
            created=NOW,
            version="0",
            **paid,
        )
        for index, tile in ((index, plan.tiles[index]) for index in there)
    }
    return record(
        plan,
        sidecars,
        {failure.call: failure for failure in failures},
        dict(unsettled),
        min_share=min_share,
        created=NOW,
    )


@pytest.fixture(scope="module")
def hundred():
    return planned()


@pytest.mark.parametrize("percent", range(1, 101))
def test_exactly_the_share_that_is_asked_for_is_enough(hundred, percent):
    # As the template gives it: a whole number of percent.
    manifest = judge(hundred, range(percent), min_share=float(f"{percent}e-2"))

    assert manifest.tile_counts["done"] == percent


@pytest.mark.parametrize("percent", range(1, 101))
def test_one_tile_less_than_the_share_is_not_enough(hundred, percent):
    with pytest.raises(TooFewTiles, match=f"{percent - 1} of 100 .* {percent}%"):
        judge(hundred, range(percent - 1), min_share=float(f"{percent}e-2"))


def test_cells_say_what_they_show_and_what_they_were_to_show(hundred):
    manifest = judge(hundred, range(1, 100))

    (missing,) = (cell for cell in manifest.cells if cell.planned == 0)
    assert missing.state == "failed"
    assert missing.tile != 0
    assert all(cell.tile == cell.planned for cell in manifest.cells if cell is not missing)
    assert manifest.layout.cells == tuple(cell.tile for cell in manifest.cells)


def test_the_counts_are_those_of_the_lists(hundred):
    manifest = judge(hundred, range(0, 100, 2))

    assert manifest.tile_counts == {"done": 50, "failed": 50}
    assert sum(manifest.cell_counts.values()) == 100
    assert manifest.render_seconds == 25


def test_a_failed_call_gives_its_reason_to_its_tile(hundred):
    failure = Failure(id=hundred.id, error="Refused", message="No.", created=NOW, call=9)

    manifest = judge(hundred, set(range(100)) - {8, 9}, [failure])

    assert [(t.error, t.message) for t in manifest.tiles[9:10]] == [("Refused", "No.")]
    assert manifest.tiles[8].error == "NotRendered"
    assert manifest.tiles[7].error is None


def test_the_files_are_named_from_the_manifests_own_folder(hundred):
    manifest = judge(planned(format="jpeg", title="A farm"), range(100))

    again = laid_out(manifest, manifest.layout, manifest.layout.cells, "webp", created=NOW)
    again = laid_out(again, manifest.layout, manifest.layout.cells, "webp", created=NOW)

    assert (manifest.recipe, manifest.title) == ("collage", "A farm")
    assert manifest.files.collage == "collage.jpg"
    assert manifest.files.source == "source.png"
    assert manifest.files.masks["top"] == "masks/top.png"
    assert again.files.collage == "collage.webp"
    assert again.files.source == "../../source.png"
    assert again.files.masks["top"] == "../../masks/top.png"


def test_requests_that_may_be_billed_for_nothing_are_counted_and_told():
    plan = planned(engine="openai", tiles=3, rows=1, cols=3)
    notes = {
        plan.tiles[0].key: Unsettled(requests=3, usd=0.054),
        plan.tiles[2].key: Unsettled(requests=1, usd=0.018),
    }

    manifest = judge(plan, [0, 1], unsettled=notes)
    with pytest.raises(TooFewTiles, match=r"4 requests .* \$0\.07 stay counted") as raised:
        judge(plan, [0, 1], min_share=0.9, unsettled=notes)

    # Of a tile that came its sidecar says what went before.
    assert manifest.asked_again == 1
    assert manifest.unsettled_usd == 0.072
    assert str(raised.value).startswith("2 of 3 tiles exist")


def test_calls_that_were_killed_stay_counted_at_what_their_tiles_cost():
    plan = planned(engine="openai", tiles=3, rows=1, cols=3)
    notes = {plan.tiles[0].key: Unsettled(requests=1, usd=0.018)}

    # Both tiles were asked for twice before they came; of one tile one of these ended by itself.
    manifest = judge(plan, [0, 1], unsettled=notes, usd=0.02, asked_before=2)

    assert manifest.usd == 0.04
    assert manifest.asked_again == 4
    assert manifest.unsettled_usd == 0.018 + 3 * 0.02
