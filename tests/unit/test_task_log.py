"""The lines of the GPU's task, which are read beside those of the functions."""

import json
from threading import Event

import pytest

from collage.engines.diffusion.shards import ShardProgress
from tasks.diffusion.heartbeat import Heartbeat, log

ID = "0d5f0c3a4be1f2a69c11"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_the_task_says_whose_it_is_and_what_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLAGE_ID", ID)

    log("failed", "WARNING", call=3, tile_keys=["ab", "cd"], error="OutOfMemory")

    (line,) = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "level": "WARNING", "message": "failed", "service": "diffusion", "collage_id": ID,
        "call": 3, "tile_keys": ["ab", "cd"], "error": "OutOfMemory",
    }  # fmt: skip


def test_progress_with_a_message_keeps_the_lines_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLLAGE_ID", ID)
    written: list[ShardProgress] = []
    first = ShardProgress(wave=0, shard=0, shards=1, state="loading")

    Heartbeat(first, written.append, Event(), 5).at(state="failed", message="There is no model.")

    (line,) = lines(capsys)
    assert (line["message"], line["reason"]) == ("progress", "There is no model.")
    assert (line["state"], line["collage_id"]) == ("failed", ID)
    assert written[0].message == "There is no model."
