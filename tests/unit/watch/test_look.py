from datetime import timedelta

import boto3
import pytest

from collage.engines.diffusion.shards import ShardProgress
from collage.errors import NotInStore, TooFewTiles
from collage.progress import TileCounts
from collage.steps.assemble_collage import assemble_collage
from collage.steps.record_failure import record_failure
from collage.watch.look import cancel, look, newest
from tests.unit.pictures import encode, noise
from tests.unit.runs import prepare, render, start


def stop(stack, name, error="Stopped"):
    stack.runs.states.stop_execution(executionArn=stack.runs.arn(name), error=error)


def seen_now(stack, made):
    return look(stack.store, stack.runs, made)


def pages(stack, limit):
    """Every page of the list, the ids on each."""
    after = None
    while True:
        found, after = newest(stack.store, stack.runs, limit, after)
        yield [one.id for one in found]
        if after is None:
            return


def test_a_collage_that_was_asked_for_is_running_and_has_no_plan_yet(stack):
    made = start(stack)["id"]

    seen = seen_now(stack, made)

    assert (seen.id, seen.run, seen.state, seen.phase) == (made, made, "running", "start")
    assert seen.tiles == TileCounts(total=None)
    assert (seen.ended, seen.error, seen.usd) == (None, None, 0)
    assert seen.source == "uploads/a.png"


def test_the_plan_says_how_many_tiles_there_are(stack):
    made, calls = prepare(stack)

    assert stack.store.progress(made).tiles.total == len(calls) == 6
    assert stack.store.progress(made).planned_usd == 0


def test_a_finished_collage_says_what_was_made(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    stop(stack, made)

    seen = seen_now(stack, made)

    assert (seen.state, seen.phase) == ("done", None)
    assert seen.tiles == TileCounts(total=6, done=6)
    assert seen.ended == stack.store.manifest(made).created


def test_a_partial_collage_tells_refused_tiles_from_failed_ones(stack):
    made, calls = prepare(stack, rows=4, cols=4)
    render(stack, made, calls[2:])
    for call, error in enumerate(("Refused", "Sandbox.Timedout")):
        record_failure(stack.store, made, {"Error": error, "Cause": "No."}, call=call)
    assemble_collage(stack.store, stack.services, made)
    stop(stack, made)

    seen = seen_now(stack, made)

    assert seen.state == "partial"
    assert seen.tiles == TileCounts(total=16, done=14, failed=1, refused=1)


def test_a_run_that_failed_says_why_and_how_far_it_came(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:2])
    record_failure(stack.store, made, {"Error": "Refused", "Cause": "No."}, call=5)
    with pytest.raises(TooFewTiles) as raised:
        assemble_collage(stack.store, stack.services, made)
    error = {"Error": "TooFewTiles", "Cause": str(raised.value)}
    record_failure(stack.store, made, error)
    stop(stack, made)

    seen = seen_now(stack, made)

    assert (seen.state, seen.error) == ("failed", "TooFewTiles")
    assert seen.message == str(raised.value)
    assert seen.tiles == TileCounts(total=6, done=2, failed=3, refused=1)
    assert seen.ended


def test_cancelling_stops_the_run_and_keeps_what_was_made(stack):
    made, calls = prepare(stack)
    render(stack, made, calls[:2])
    before = stack.listing("tiles/")

    stopped = cancel(stack.store, stack.runs, made)

    assert (stopped.state, stopped.error, stopped.phase) == ("cancelled", "Cancelled", None)
    assert stack.runs.status(made) == "ABORTED"
    assert stack.listing("tiles/") == before
    assert seen_now(stack, made) == stopped


def test_cancelling_what_ended_changes_nothing(stack):
    made, calls = prepare(stack)
    render(stack, made, calls)
    assemble_collage(stack.store, stack.services, made)
    stop(stack, made)
    before = stack.store.progress(made)

    assert cancel(stack.store, stack.runs, made).state == "done"
    assert stack.store.progress(made) == before


def test_a_cancelled_collage_is_resumed_by_asking_again(stack):
    made = start(stack)["id"]
    cancel(stack.store, stack.runs, made)

    again = start(stack)

    assert again["new"]
    seen = seen_now(stack, made)
    assert (seen.state, seen.run) == ("running", f"{made}-2")
    assert (seen.ended, seen.error) == (None, None)
    assert cancel(stack.store, stack.runs, made).run == f"{made}-2"


def test_a_run_that_was_stopped_elsewhere_is_cancelled(stack):
    made = start(stack)["id"]
    stop(stack, made)

    assert seen_now(stack, made).state == "cancelled"


def forgotten(stack):
    """The workflow with none of its runs, as after ninety days or on a laptop's next cloud."""
    machine = stack.runs.states.create_state_machine(
        name="another", definition="{}", roleArn="arn:aws:iam::123456789012:role/r"
    )
    return type(stack.runs)(boto3.client("stepfunctions"), machine["stateMachineArn"])


def test_what_the_workflow_forgot_is_told_by_the_store(stack):
    done, calls = prepare(stack)
    render(stack, done, calls)
    assemble_collage(stack.store, stack.services, done)
    failed = start(stack, rows=1)["id"]
    record_failure(stack.store, failed, {"Error": "NoStyles", "Cause": "Empty."})
    cancelled = start(stack, rows=3)["id"]
    cancel(stack.store, stack.runs, cancelled)
    lost = start(stack, rows=4)["id"]
    long_ago = stack.store.progress(lost).model_copy(
        update={"created": "2020-01-01T00:00:00+00:00"}
    )
    stack.store.put_progress(long_ago)
    fresh = start(stack, rows=5)["id"]

    found, _ = newest(stack.store, forgotten(stack), 10)

    assert {one.id: (one.state, one.error) for one in found} == {
        done: ("done", None),
        failed: ("failed", "NoStyles"),
        cancelled: ("cancelled", "Cancelled"),
        lost: ("failed", "Interrupted"),
        # Between what start writes and the run that it starts somebody may look.
        fresh: ("running", None),
    }
    assert [look(stack.store, forgotten(stack), one.id) for one in found] == found


def test_the_end_of_an_earlier_try_is_not_that_of_the_last(stack):
    made = start(stack)["id"]
    failure = record_failure(stack.store, made, {"Error": "NoStyles", "Cause": "Empty."})
    old = failure.model_copy(update={"created": "2020-01-01T00:00:00+00:00"})
    stack.store.put_failure(old)

    assert seen_now(stack, made).state == "running"
    stop(stack, made)
    assert seen_now(stack, made).error == "Cancelled"


def test_the_list_is_newest_first_and_comes_in_pages(stack):
    made = [start(stack, rows=rows)["id"] for rows in (1, 2, 3, 4, 5)]

    assert list(pages(stack, 2)) == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
    assert list(pages(stack, 5)) == [made[::-1]]


def test_asking_again_moves_no_collage_in_the_list(stack):
    first = start(stack, rows=1)["id"]
    second = start(stack, rows=2)["id"]
    cancel(stack.store, stack.runs, first)
    start(stack, rows=1)

    found, _ = newest(stack.store, stack.runs, 10)

    assert [one.id for one in found] == [second, first]
    assert [one.state for one in found] == ["running", "running"]
    assert found[1].run == f"{first}-2"


def test_a_collage_that_was_removed_by_hand_is_not_listed(stack):
    gone, kept = start(stack, rows=1)["id"], start(stack, rows=2)["id"]
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=f"collages/{gone}/progress.json")

    found, following = newest(stack.store, stack.runs, 10)

    assert ([one.id for one in found], following) == ([kept], None)


def test_an_empty_stack_lists_nothing(stack):
    assert newest(stack.store, stack.runs, 10) == ([], None)


def test_there_is_no_progress_of_what_nobody_asked_for(stack):
    for asked in (look, cancel):
        with pytest.raises(NotInStore):
            asked(stack.store, stack.runs, "0" * 20)


def test_refusals_are_told_apart_up_to_a_bound(stack):
    made, _ = prepare(stack, rows=12, cols=12)
    run = stack.runs.latest(made)
    for call in range(104):
        error = "Refused" if call % 2 else "Overloaded"
        record_failure(stack.store, made, {"Error": error, "Cause": "No."}, call=call)

    since = run.started.replace(microsecond=0)
    assert stack.store.count_failures(made, since) == (54, 50)


def test_a_source_is_listed_once_under_every_name(stack):
    picture = encode(noise((60, 60)))
    start(stack, "uploads/a.png", picture)
    start(stack, "uploads/b.png", picture)

    assert len(stack.listing("index/")) == 1


def test_tasks_on_a_gpu_are_counted_by_what_they_wrote_since_the_run_began(stack):
    made = start(stack)["id"]
    began = stack.runs.latest(made).started.replace(microsecond=0)
    shard = {"wave": 0, "shards": 2, "state": "rendering", "tiles": 10}
    stack.store.put_shard(made, ShardProgress(**shard, shard=0, done=4, failed=1))
    stack.store.put_shard(made, ShardProgress(**shard, shard=1, done=2))

    assert sum(one.ended for one in stack.store.shards(made, began)) == 7
    assert stack.store.shards(made, began + timedelta(hours=1)) == []
    assert stack.store.shards("0" * 20, began) == []
