"""The way of somebody who has credentials of AWS and nothing else: asked, refused, agreed, made."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_bedrock import Account, FakeBedrock
from tests.unit.pictures import decode
from tests.workflow.command import Command
from tests.workflow.running import photo

SECRET = "Rec0gnisable+Secret/Of-Another-Test0123456789"
TWO = [
    "photo.png", "--engine", "bedrock", "--rows", "1", "--cols", "2", "--size", "64",
    "--cell", "32", "--styles", "Cubism,Baroque", "--masks", "left,right", "--out", "made",
]  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeBedrock]:
    account = Account(secret_key=SECRET, subscribed=set())
    with FakeBedrock(account=account, detail=64) as fake:
        yield fake


@pytest.fixture
def collage(tmp_path: Path, fake: FakeBedrock) -> Command:
    (tmp_path / "photo.png").write_bytes(photo(1))
    return Command(tmp_path, fake.environment)


def test_an_account_agrees_once_and_what_was_missing_is_made(
    collage: Command, fake: FakeBedrock
) -> None:
    first = collage("run", *TWO)

    # The first call of an account passes, as AWS lets it.
    assert first.exit_code != 0
    assert "1 done, 1 failed" in first.output
    assert "collage bedrock access" in first.output
    assert fake.images == 1

    agreed = collage("bedrock", "access", "--yes")
    assert agreed.exit_code == 0, agreed.output
    assert fake.account.subscribed >= {"stability-image-services", "stability-core"}

    second = collage.answer("run", *TWO, "--force")
    assert second["state"] == "done"
    assert fake.images == 2
    assert fake.usd == pytest.approx(0.14)
    assert decode((collage.home / second["collage"]).read_bytes()).size == (64, 32)
    kept = [path for path in collage.home.rglob("*") if path.is_file()]
    assert len(kept) > 10
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


def test_without_credentials_nothing_is_started(collage: Command, fake: FakeBedrock) -> None:
    nobody = collage.given(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    refused = nobody("run", *TWO)

    assert refused.exit_code != 0
    assert "this machine has no credentials of one" in " ".join(refused.output.split())
    assert fake.requests == []
    assert not (collage.home / "made").exists()


def test_what_a_run_turned_on_is_on_when_it_is_gone_on_with(
    collage: Command, fake: FakeBedrock
) -> None:
    first = collage("run", *TWO)
    assert first.exit_code != 0
    assert collage("bedrock", "access", "--yes").exit_code == 0
    made = json.loads((collage.home / "made" / "manifest.json").read_text())

    again = collage.answer("resume", made["id"], "--out", "again")

    assert (again["id"], again["state"], again["usd"]) == (made["id"], "done", 0.14)
    assert fake.images == 2
