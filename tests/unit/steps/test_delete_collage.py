"""A collage goes with its shares and its own tiles; what others use stays, whenever they start."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import boto3
import pytest
from botocore.exceptions import ClientError

from collage.deletion import Deletion
from collage.errors import BeingDeleted, NotInStore, StillRunning, StoreUnavailable
from collage.sharing.share import ShareAsked, shared
from collage.steps import delete_collage as deletion
from collage.steps import used_by_others
from collage.steps.assemble_bands import judge_tiles
from collage.steps.assemble_collage import assemble_collage
from collage.steps.delete_collage import delete_collage, survey
from collage.steps.gather_tiles import gather_tiles
from collage.steps.render_tile import render_tile
from tests.unit.pictures import encode, noise
from tests.unit.runs import assemble, prepare, render, start

FEW = {"rows": 1, "cols": 2}


def made(stack, **options):
    """A collage whose tiles were made, and its run has ended."""
    collage, calls = prepare(stack, **FEW | options)
    render(stack, collage, calls)
    stack.runs.stop(collage, "The end.")
    return collage


def delete(stack, collage, seconds=600.0):
    return delete_collage(stack.store, stack.runs, collage, seconds)


def everything(stack):
    """What lies in both buckets."""
    found = boto3.client("s3").list_objects_v2(Bucket=stack.store.uploads).get("Contents", [])
    return stack.listing() | {item["Key"] for item in found}


def share_of(stack, collage):
    """A share of it whose copy is a file."""
    share = shared(collage, ShareAsked(), "anna", datetime.now(UTC), most=30)
    stack.store.put_share(share)
    stack.store.put_below(f"shares/{share.id}/site", "index.html", b"", "text/html")
    return share


def tiles_of(stack, collage):
    return {tile.key for tile in stack.store.plan(collage).tiles}


def test_all_of_a_collage_that_is_alone_goes(stack):
    stack.put("uploads/a.png.json", b"{}")
    collage = made(stack)
    assemble_collage(stack.store, stack.services, collage)
    share_of(stack, collage)
    # An assembly in bands that was cut short.
    stack.store.put_slices(stack.store.plan(collage))
    gather_tiles(stack.store, collage, 0)
    judge_tiles(stack.store, stack.services, collage, at_once=1)
    assert stack.listing("bands/")

    done = delete(stack, collage)

    assert done.done
    assert everything(stack) == set()
    with pytest.raises(NotInStore):
        delete(stack, collage)


def test_what_goes_is_said_before_and_nothing_goes_by_asking(stack):
    collage = made(stack)
    share_of(stack, collage)
    other = made(stack, title="The same tiles, and more", cols=3)
    before = everything(stack)
    own = tiles_of(stack, collage)
    both = own & tiles_of(stack, other)

    said = survey(stack.store, collage)

    assert everything(stack) == before
    assert (said.shares, said.kept, said.tiles) == (1, len(both), len(own - both))
    assert both
    assert (said.sources, said.sources_kept) == (0, 1)
    assert said.files == len(stack.listing(f"collages/{collage}/")) + 1
    assert said.bytes > 0
    assert survey(stack.store, collage) == said


def test_what_another_collage_uses_stays(stack):
    collage, other = made(stack), made(stack, title="The same tiles")
    stack.put("sources/b", encode(noise((90, 60), 7)))
    apart = made(stack, key="sources/b", data=None)
    kept = {other: tiles_of(stack, other), apart: tiles_of(stack, apart)}
    before = everything(stack)

    delete(stack, collage)

    left = everything(stack)
    assert {key for key in before - left if not key.startswith(f"collages/{collage}/")} == {
        key for key in before if key.startswith("index/") and key.endswith(collage)
    }
    for one, tiles in kept.items():
        assert all(stack.store.has_tile(key) for key in tiles)
        assert stack.store.plan(one)
    delete(stack, other)
    assert not any(stack.store.has_tile(key) for key in kept[other])
    assert all(stack.store.has_tile(key) for key in kept[apart])
    assert "sources/b" in everything(stack)


def test_a_collage_that_is_being_made_is_refused_and_left_as_it_is(stack):
    collage, _ = prepare(stack, **FEW)
    before = everything(stack)

    with pytest.raises(StillRunning, match="cancel it first"):
        delete(stack, collage)

    assert everything(stack) == before


def test_a_collage_that_is_being_deleted_is_not_started(stack):
    collage = made(stack)
    stack.store.put_deletion(Deletion(id=collage, at="2026-01-01T00:00:00+00:00"))

    with pytest.raises(BeingDeleted, match="ask again when it is gone"):
        start(stack, **FEW)

    delete(stack, collage)
    assert start(stack, **FEW)["new"]


def test_a_deletion_that_is_cut_short_again_and_again_is_gone_on_with(stack, monkeypatch):
    """Each call has one deletion done, and the next one refused."""
    monkeypatch.setattr(deletion, "BATCH", 1)
    collage = made(stack)
    share_of(stack, collage)
    allowed = {"left": 0}

    def refuse(**_):
        allowed["left"] -= 1
        if allowed["left"] < 0:
            raise ClientError(
                {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}},
                "DeleteObjects",
            )

    stack.store.s3.meta.events.register("before-call.s3.DeleteObjects", refuse)
    cuts = 0
    while cuts < 20:
        allowed["left"] = 1
        try:
            done = delete(stack, collage)
            break
        except StoreUnavailable:
            cuts += 1
            assert stack.store.deletion(collage) is not None

    # The share's copy and its record, two tiles, the source, the folder, the last of it, the list.
    assert cuts >= 7
    assert done.done
    assert everything(stack) == set()


def test_a_long_deletion_takes_several_calls_each_of_which_does_something(stack, monkeypatch):
    monkeypatch.setattr(deletion, "BATCH", 1)
    collage = made(stack)

    calls = [delete(stack, collage, seconds=0) for _ in range(6)]

    # Two tiles, the source, the folder, the last of it, and the entry in the list.
    assert all(call.files for call in calls)
    assert not any(call.done for call in calls)
    assert delete(stack, collage, seconds=0).done
    assert everything(stack) == set()


class Another:
    """A run for the same tiles, of which each step is taken when a test says so."""

    def __init__(self, stack):
        self.stack = stack
        self.waits, self.may_go_on = Event(), Event()
        self.thread = Thread(target=self.run)
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.waits.set()
        assert self.may_go_on.wait(600)

    def run(self):
        self.collage, self.calls = prepare(self.stack, title="Another", **FEW)
        self.planned = True
        self.waits.set()
        # As the Map does: a tile that is there is not made again.
        for call in self.calls:
            render_tile(self.stack.store, self.stack.services, self.collage, call)

    def begin(self):
        """Let it run until it waits, or has its plan."""
        self.thread.start()
        assert self.waits.wait(600)

    def end(self):
        self.may_go_on.set()
        self.thread.join(600)
        return assemble(self.stack, self.collage)


@pytest.fixture
def another(stack, monkeypatch):
    # Its plan is made within this time, on a machine however busy.
    monkeypatch.setattr(deletion, "LEASE", timedelta(hours=1))
    monkeypatch.setattr(used_by_others, "LONGEST_WAIT", 7200.0)
    run = Another(stack)
    monkeypatch.setattr(used_by_others, "sleep", run.sleep)
    return run


def once(stack, event, work):
    """Do some work at the first of such events of the client that deletes."""
    state = iter([work])

    def hook(**_):
        for some in state:
            some()

    stack.store.s3.meta.events.register(event, hook)


def test_a_run_that_has_planned_before_the_tiles_are_looked_through_keeps_them(
    stack, another, monkeypatch
):
    collage = made(stack)
    wanted = tiles_of(stack, collage)
    real = deletion._lease

    def lease(*given):
        another.begin()
        another.may_go_on.set()
        real(*given)
        monkeypatch.setattr(deletion, "_lease", real)

    monkeypatch.setattr(deletion, "_lease", lease)
    delete(stack, collage)

    assert another.slept == []
    assert another.end().missing == 0
    assert all(stack.store.has_tile(key) for key in wanted)


def test_a_run_that_plans_while_tiles_are_going_waits_until_they_are_gone(stack, another):
    collage = made(stack)
    wanted = tiles_of(stack, collage)
    gone = []
    once(stack, "before-call.s3.DeleteObjects", another.begin)
    once(
        stack,
        "after-call.s3.DeleteObjects",
        lambda: (
            gone.append(not any(stack.store.has_tile(key) for key in wanted)),
            another.may_go_on.set(),
        ),
    )

    delete(stack, collage)

    manifest = another.end()
    assert gone == [True]
    assert 0 < another.slept[0] <= 3600
    assert manifest.missing == 0
    assert all(stack.store.has_tile(key) for key in wanted)


def test_a_run_waits_for_nothing_where_nothing_is_being_deleted(stack, another):
    stack.store.put_deletion(
        Deletion(id="e" * 20, at="2026-01-01T00:00:00+00:00", until="2026-01-01T00:00:30+00:00")
    )
    stack.store.put_deletion(Deletion(id="f" * 20, at="2026-01-01T00:00:00+00:00"))

    another.begin()

    assert another.slept == []
    assert another.end().missing == 0
