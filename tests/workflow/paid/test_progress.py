"""Progress of real runs: what is seen on the way, stopping, deleting, what a next cloud knows."""

from collections.abc import Callable, Iterator

import pytest

from collage.errors import NotInStore
from collage.progress import Progress
from collage.watch.look import cancel, look
from combinatoric_collage.cli.stacks import removal
from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_openai.gated import Gated
from tests.workflow.running import SMALL, denied, eventually, photo

MANY = SMALL | {"engine": "openai", "quality": "low"}
MANY |= {"rows": 3, "cols": 4, "masks": ["quadrants", "halves"]}
ORDER = ["start", "styles", "masks", "plan", "tiles", "assembly", None]


@pytest.fixture
def provider(fake: Gated) -> Iterator[Gated]:
    fake.close()
    yield fake
    fake.open()


class Seen:
    """All that was seen of a collage."""

    def __init__(self, stack: Stack, collage: str) -> None:
        self.stack, self.collage = stack, collage
        self.looks: list[Progress] = []

    def until(self, there: Callable[[Progress], bool]) -> Progress:
        """Look until that is seen, which comes and stays."""

        def once() -> Progress | None:
            self.looks.append(look(self.stack.store, self.stack.runs, self.collage))
            return self.looks[-1] if there(self.looks[-1]) else None

        found: Progress = eventually(once)
        return found

    def ended(self) -> Progress:
        """Its end."""
        return self.until(lambda one: one.state != "running")


def test_a_run_is_seen_to_advance_until_it_is_done(stack: Stack, provider: Gated) -> None:
    seen = Seen(stack, stack.start(photo(71), MANY)["id"])
    asked = seen.until(lambda one: one.phase == "tiles" and one.tiles.total is not None)
    provider.let(3)
    quarter = seen.until(lambda one: one.tiles.done == 3)
    provider.let(6)
    most = seen.until(lambda one: one.tiles.done == 9)
    provider.open()
    done = seen.ended()

    assert (asked.tiles.done, asked.tiles.total, asked.eta_seconds) == (0, 12, None)
    assert [one.phase for one in (quarter, most)] == ["tiles", "tiles"]
    assert quarter.eta_seconds
    assert most.eta_seconds
    assert (done.state, done.tiles.done, done.tiles.total) == ("done", 12, 12)
    phases = [ORDER.index(one.phase) for one in seen.looks]
    counts = [one.tiles.done for one in seen.looks]
    assert phases == sorted(phases)
    assert counts == sorted(counts)


def test_what_is_deleted_goes_by_the_function_alone_and_what_another_uses_stays(
    stack: Stack,
) -> None:
    first, second = (
        stack.start(photo(74), {**SMALL, "title": title})["id"] for title in ("One", "Two")
    )
    for collage in (first, second):
        assert Seen(stack, collage).ended().state == "done"
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
        seen = Seen(stack, stack.start(photo(72), SMALL)["id"])
        end = seen.ended()

    assert {one.tiles.done for one in seen.looks} == {0}
    assert (end.state, end.error) == ("failed", "TooFewTiles")
    assert end.tiles.failed == 6


def test_a_cancelled_run_ends_keeps_its_tiles_and_can_go_on(stack: Stack, provider: Gated) -> None:
    collage = stack.start(photo(73), MANY)["id"]
    provider.let(2)
    Seen(stack, collage).until(lambda one: one.tiles.done == 2)

    stopped = cancel(stack.store, stack.runs, collage)

    assert (stopped.state, stopped.tiles.done) == ("cancelled", 2)
    assert look(stack.store, stack.runs, collage) == stopped
    eventually(lambda: stack.runs.status(collage) == "ABORTED")
    provider.open()
    again = stack.resume(collage)
    assert again["run"] == f"{collage}-2"
    assert Seen(stack, collage).ended().state == "done"
    assert stack.store.manifest(collage).missing == 0
