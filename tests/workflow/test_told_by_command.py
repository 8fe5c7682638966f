"""Whom a collage's end is told to, where the laptop cloud ends with the command that made it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from combinatoric_collage.cli.stacks import which
from tests.receiver import Receiver
from tests.workflow.command import Command
from tests.workflow.running import photo
from tests.workflow.test_cli import SMALL

ALLOWED = ("--parameter", "NotifyHosts=127.0.0.1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answers={"/busy": (503, {})}) as receiver:
        yield receiver


@pytest.fixture
def command(tmp_path: Path) -> Command:
    (tmp_path / "photo.png").write_bytes(photo(1))
    return Command(tmp_path)


def test_the_cloud_of_a_command_stays_until_a_webhook_has_been_told(
    command: Command, receiver: Receiver
) -> None:
    webhook = ("--notify-webhook", f"{receiver.origin}/told")
    made = command.answer("run", "photo.png", *SMALL, *ALLOWED, *webhook, "--out", "out")

    (got,) = receiver.got
    assert json.loads(got.body)["data"]["id"] == made["id"]


def test_a_command_does_not_wait_for_a_webhook_that_cannot_be_told_and_says_so(
    command: Command,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(which, "TELLING_SECONDS", 0.5)
    webhook = ("--notify-webhook", f"{receiver.origin}/busy")
    done = command("run", "photo.png", *SMALL, *ALLOWED, *webhook, "--out", "out")

    assert done.exit_code == 0, done.output
    assert "ends before all who asked for it could be told" in caplog.text
    assert (command.home / "out" / "collage.png").is_file()
