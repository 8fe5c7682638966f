"""Progress of real runs: what is seen on the way, stopping, deleting, what a next cloud knows."""

from time import sleep

import pytest

from collage.errors import NotInStore
from collage.progress import Progress
from collage.watch.look import cancel, look
from combinatoric_collage.cli.stacks import removal
from combinatoric_collage.cli.stacks.stack import Stack
from tests.workflow.running import SMALL, denied, eventually, photo

MANY = SMALL | {"rows": 4, "cols": 6, "masks": ["quadrants", "halves"], "size": 512}
ORDER = ["start", "styles", "masks", "plan", "tiles", "assembly", None]


def looks(stack: Stack, collage: str) -> list[Progress]:
    """What is seen until the run has ended."""
    seen = []
    while not seen or seen[-1].state == "running":
        seen.append(look(stack.store, stack.runs, collage))
        sleep(0.1)
    return seen


def rendering(stack: Stack, collage: str) -> Progress | None:
    """Where a collage stands once some of its tiles, and not all, are there."""
    seen = look(stack.store, stack.runs, collage)
    assert seen.state == "running", seen
    return seen if 2 <= seen.tiles.done < (seen.tiles.total or 0) - 2 else None


def test_a_run_is_seen_to_advance_until_it_is_done(stack: Stack) -> None:
    collage = stack.start(photo(71), MANY)["id"]

    seen = looks(stack, collage)

    phases = [ORDER.index(one.phase) for one in seen]
    counts = [one.tiles.done for one in seen]
    assert phases == sorted(phases)
    assert ORDER.index("tiles") in phases
    assert counts == sorted(counts)
    assert seen[-1].state == "done"
    assert seen[-1].tiles.done == seen[-1].tiles.total == 24
    assert any(one.eta_seconds for one in seen if 0 < one.tiles.done < 24)


def test_what_is_deleted_goes_by_the_function_alone_and_what_another_uses_stays(
    stack: Stack,
) -> None:
    first, second = (
        stack.start(photo(74), {**SMALL, "title": title})["id"] for title in ("One", "Two")
    )
    for collage in (first, second):
        assert looks(stack, collage)[-1].state == "done"
    tiles = stack.store.tile_keys(first)

    said = removal.survey(stack, first)
    gone = list(removal.delete(stack, first))

    assert (said.tiles, said.kept, said.sources_kept) == (0, len(tiles), 1)
    # Beside its files there is its entry in the list.
    assert sum(one.files for one in gone) == said.files + 1
    assert all(stack.store.has_tile(key) for key in tiles)
    with pytest.raises(NotInStore):
        removal.survey(stack, first)
    assert removal.survey(stack, second).tiles == len(tiles)
    list(removal.delete(stack, second))
    assert not any(stack.store.has_tile(key) for key in tiles)


def test_failed_calls_are_counted_while_the_others_are_made(stack: Stack) -> None:
    arn = f"arn:aws:s3:::{stack.outputs['CollagesBucket']}/tiles/*"
    with denied(stack, "RenderTile", "s3:PutObject", [arn]):
        seen = looks(stack, stack.start(photo(72), SMALL)["id"])

    assert {one.tiles.done for one in seen} == {0}
    assert (seen[-1].state, seen[-1].error) == ("failed", "TooFewTiles")
    assert seen[-1].tiles.failed == 6


def test_a_cancelled_run_ends_keeps_its_tiles_and_can_go_on(stack: Stack) -> None:
    collage = stack.start(photo(73), MANY)["id"]
    eventually(lambda: rendering(stack, collage))

    stopped = cancel(stack.store, stack.runs, collage)

    assert stopped.state == "cancelled"
    assert stopped.tiles.done >= 2
    assert look(stack.store, stack.runs, collage) == stopped
    eventually(lambda: stack.runs.status(collage) == "ABORTED")
    again = stack.resume(collage)
    assert again["run"] == f"{collage}-2"
    assert looks(stack, collage)[-1].state == "done"
    assert stack.store.manifest(collage).missing == 0
