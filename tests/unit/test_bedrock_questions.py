"""What is open about Bedrock, asked of the fake: every question has its answer, and its price."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from rehearsal import bedrock
from tests.fake_bedrock import FakeBedrock


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeBedrock]:
    enable_socket()
    monkeypatch.setattr(bedrock, "FOLDER", tmp_path / "asked")
    with FakeBedrock(detail=0) as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        yield fake


def test_every_question_is_asked_and_answered_for_no_more_than_was_said(
    fake: FakeBedrock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bedrock.main(["--yes"]) == 0

    page = capsys.readouterr().out
    answers = [line for line in page.splitlines() if line.startswith("  ok")]
    assert len(answers) == len(bedrock.QUESTIONS)
    assert "core: PNG 1504 x 1000 RGB" in answers[0]
    assert "inpaint: PNG 768 x 512" in answers[0]
    assert "ValidationException" in answers[2]
    assert "ThrottlingException: Too many requests" in answers[4]
    assert "again the same, from us-east-1 the same" in answers[5]
    assert "ratio must be between" in answers[7]
    assert 0 < fake.usd <= sum(bedrock.QUESTIONS.values())
    assert (tmp_path / "asked" / "report.txt").read_text() == page
    assert (tmp_path / "asked" / "upscale.picture").read_bytes()[:4] == b"\x89PNG"


def test_nobody_who_agrees_is_nothing_asked(
    fake: FakeBedrock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bedrock.main([]) == 2

    assert "$1.53 at most, billed to the account of these credentials." in capsys.readouterr().out
    assert fake.requests == []
