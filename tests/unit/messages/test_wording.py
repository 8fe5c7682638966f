"""What people are told, by every kind of end."""

import json

import pytest

from collage.messages.event import Event
from collage.messages.wording import HOW, letter
from tests.infrastructure.shipped import ROOT

SAMPLES = {
    event["detail"]["kind"]: Event.model_validate(event)
    for path in sorted((ROOT / "events" / "announced").glob("collage_*.json"))
    for event in [json.loads(path.read_text())]
}


def test_there_are_words_for_every_end_that_is_announced() -> None:
    assert set(SAMPLES) == set(HOW)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_subject_is_one_that_sns_takes(kind: str) -> None:
    subject = letter(SAMPLES[kind], "collage").subject

    assert 0 < len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()


def test_a_collage_that_is_made_is_told_with_what_it_cost_and_how_to_see_it() -> None:
    said = letter(SAMPLES["completed"], "my-stack")

    assert said.subject == "Collage b5ded14a72479218c34c is made"
    assert said.text == (
        "Collage b5ded14a72479218c34c is made.\n"
        "Title: Boats in spring\n"
        "Tiles: 100 of 100\n"
        "Spent: $1.10 for the tiles of this run\n"
        "\n"
        "To see it: collage view b5ded14a72479218c34c --stack my-stack\n"
    )


def test_a_run_that_was_stopped_early_is_told_with_why_and_what_is_missing() -> None:
    lines = letter(SAMPLES["stopped"], "my-stack").text.splitlines()

    assert "Tiles: 62 of 100; 38 missing, 2 of them refused" in lines
    assert "Why: BudgetExhausted" in lines


def test_a_failure_is_told_with_its_reason_and_how_to_go_on() -> None:
    text = letter(SAMPLES["failed"], "my-stack").text

    assert "Why: TooFewTiles. 7 of 12 tiles exist" in text
    assert "collage resume b5ded14a72479218c34c --stack my-stack" in text


def test_words_of_somebody_else_stay_on_their_line() -> None:
    event = SAMPLES["refused"]
    source = "uploads/a\r\nBcc: b@c.d" + "é" * 200
    said = letter(event.model_copy(update={"detail": {**event.detail, "source": source}}), "s")

    assert said.subject.startswith("The upload uploads/a Bcc: b@c.d???")
    assert len(said.subject) == 99
    assert said.text.count("\n") == letter(event, "s").text.count("\n")
