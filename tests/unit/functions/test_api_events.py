"""What has changed of a collage, as those ask who follow its run."""

import pytest

from collage.steps.assemble_collage import assemble_collage
from collage.steps.record_failure import record_failure
from tests.unit.runs import prepare, render


class Follower:
    """Somebody who asks again as the answer before says."""

    def __init__(self, api, made):
        self.api, self.path, self.headers, self.query = api, f"/collages/{made}/events", {}, None

    def ask(self):
        answer = self.api("GET", self.path, query=self.query, **self.headers)
        assert answer.status in (200, 304), answer.text
        if answer.status == 200:
            self.query = {"after": answer.json["next"]}
            tag = answer.headers.get("ETag")
            self.headers = {"if_none_match": tag} if tag else {}
        return answer

    def tiles(self):
        """The indices of the tiles that have ended, by their states."""
        return {tile["index"]: tile["state"] for tile in self.ask().json["tiles"]}


@pytest.fixture
def under_way(api, monkeypatch):
    """A run of which the workflow says that it makes tiles, and how many calls have ended."""
    made, calls = prepare(api.stack)
    ended = {"calls": 0}

    class Items:
        total = len(calls)
        began = api.stack.runs.latest(made).started

        @property
        def ended(self):
            return ended["calls"]

    monkeypatch.setattr("collage.watch.runs.Runs.entered", lambda *_: ["RenderTiles"])
    monkeypatch.setattr("collage.watch.runs.Runs.items", lambda *_: Items())

    def end(*some):
        render(api.stack, made, some)
        ended["calls"] += len(some)

    return made, calls, end, ended


def test_each_tile_is_told_of_once_when_it_has_ended(api, under_way):
    made, calls, end, ended = under_way
    follower = Follower(api, made)

    assert follower.tiles() == {}
    end(calls[0], calls[3])
    assert follower.tiles() == {0: "done", 3: "done"}
    end(calls[1])
    record_failure(api.stack.store, made, {"Error": "Refused", "Cause": "No."}, call=2)
    ended["calls"] += 1
    answer = follower.ask().json
    assert {tile["index"]: tile["state"] for tile in answer["tiles"]} == {1: "done", 2: "refused"}
    assert answer["collage"]["tiles"] == {"total": 6, "done": 3, "failed": 0, "refused": 1}
    assert "X-Amz-Signature" in answer["tiles"][0]["links"]["picture"]


def test_where_nothing_has_changed_nothing_is_answered(api, under_way):
    made, calls, end, _ = under_way
    end(*calls[:2])
    follower = Follower(api, made)
    first = follower.ask()

    again = follower.ask()

    assert (again.status, again.text) == (304, None)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert int(again.headers["Retry-After"]) >= 2
    end(calls[2])
    assert follower.ask().status == 200


def test_the_end_is_told_once_and_then_there_is_nothing_to_ask_for(api, under_way):
    made, calls, end, _ = under_way
    follower = Follower(api, made)
    follower.ask()
    end(*calls)
    assemble_collage(api.stack.store, api.stack.services, made)
    api.stack.runs.stop(made, "The end.")

    last = follower.ask()

    assert last.json["collage"]["state"] == "done"
    assert "manifest" in last.json["collage"]["links"]
    assert "Retry-After" not in last.headers
    assert follower.ask().status == 304


def test_why_a_run_failed_is_told_though_it_is_written_after_its_end(api, under_way):
    made, _, _, _ = under_way
    api.stack.runs.stop(made, "Elsewhere.")
    follower = Follower(api, made)
    assert follower.ask().json["collage"]["error"] == "Cancelled"

    record_failure(api.stack.store, made, {"Error": "TooFewTiles", "Cause": "One of six."})

    assert follower.ask().json["collage"]["error"] == "TooFewTiles"


@pytest.mark.parametrize("after", ["nonsense", "A", "eJw", "a" * 7_001, "%00"])
def test_what_was_told_is_taken_only_as_it_was_given(api, under_way, after):
    made, *_ = under_way
    problem = api.refuses(422, "GET", f"/collages/{made}/events", None, {"after": after})

    assert problem["errors"][0]["field"] == "after"


def test_of_a_collage_that_is_not_there_there_is_no_news(api):
    api.refuses(404, "GET", f"/collages/{'0' * 20}/events")
