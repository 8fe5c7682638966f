"""choices.json: what is read and refused, what a change does, and how two files merge."""

import json
from itertools import permutations

import pytest

from collage import clock, records
from collage.choices.choice import Change, Choice, Choices, read
from collage.choices.together import NOTHING, Together, taken_together
from collage.errors import InvalidRequest, UnreadableChoices

ID = "0123456789abcdef0123"
ONE, TWO, THREE = (digit * 64 for digit in "abc")
EARLY, LATE = "2026-02-01T10:00:00.000Z", "2026-02-01T10:00:00.001Z"


def choices(**people):
    return Choices(id=ID, people=people)


def file(**changed):
    whole = {"version": 1, "id": ID, "people": {"anna": {ONE: {"star": True, "at": EARLY}}}}
    return json.dumps({**whole, **changed}).encode()


@pytest.fixture
def now(monkeypatch):
    """A clock that stands where the test puts it."""

    def stand(time):
        monkeypatch.setattr(clock, "now", lambda timespec="seconds": time)

    stand("2026-02-01T12:00:00.000+00:00")
    return stand


def test_what_a_choice_does_not_say_is_not_written():
    silent = choices(anna={ONE: Choice(at=EARLY)})
    telling = choices(anna={ONE: Choice(star=True, hidden=True, score=3, note="the sky", at=EARLY)})

    assert json.loads(records.write(silent))["people"]["anna"] == {ONE: {"at": EARLY}}
    assert read(records.write(silent), "choices.json") == silent
    assert read(records.write(telling), "choices.json") == telling


@pytest.mark.parametrize(
    "note",
    [
        "Straße, été, ночь",
        "夜の海",
        "\N{FAMILY} עברית",
        'a "quote" and a \\ and </script>',
        "two\nlines",
    ],
)
def test_a_note_may_be_in_any_letters(note):
    made = choices().changed("José", {ONE: Change(note=note)})

    assert read(records.write(made), "choices.json").people["José"][ONE].note == note


def test_what_would_disturb_the_text_around_a_note_is_left_out_of_it():
    noted = Change(note="\u202ered\x07 \x1b[31m sky\r\n\n\u2066clouds\n ")

    assert noted.note == "red [31m sky\n\nclouds"


def test_a_time_of_any_zone_is_the_same_moment_in_utc():
    told = ["2026-02-01T10:00:00Z", "2026-02-01T11:00:00+01:00", "2026-02-01T05:00:00.0004-05:00"]

    assert [Choice(at=at).at for at in told] == [EARLY] * 3


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"version": 2}, "of another version"),
        ({"version": 2, "groups": []}, "of another version"),
        ({"people": {"anna": {"abc": {"at": EARLY}}}}, r"people\.anna\.abc: String should match"),
        ({"people": {"anna": {ONE: {"at": EARLY, "score": 6}}}}, rf"anna\.{ONE}\.score: .* 5"),
        ({"people": {"anna": {ONE: {"at": EARLY, "stra": True}}}}, r"\.stra: Extra inputs"),
        ({"people": {"anna": {ONE: {"star": True}}}}, r"\.at: Field required"),
        ({"people": {"anna": {ONE: {"at": "yesterday"}}}}, r"\.at: give a time with its zone"),
        ({"people": {"anna": {ONE: {"at": "2026-02-01T10:00:00"}}}}, "give a time with its zone"),
        ({"people": {"anna": {ONE: {"at": "0001-01-01T00:00:00+14:00"}}}}, "give a time"),
        ({"people": {" ": {}}}, "a person's name has 1 to 64 characters"),
        ({"people": {"x" * 65: {}}}, "a person's name has 1 to 64 characters"),
        ({"people": {"José": {}, "Jose\N{COMBINING ACUTE ACCENT}": {}}}, "is named twice"),
        ({"people": {str(number): {} for number in range(101)}}, "at most 100 items"),
        ({"people": {"anna": {ONE: {"at": EARLY, "note": "x" * 2001}}}}, "at most 2000 characters"),
        ({"id": "../x"}, "id: String should match"),
        ({"extra": 1}, "extra: Extra inputs"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_a_rule_is_named_and_refused(changed, why):
    with pytest.raises(UnreadableChoices, match=f"^choices.json cannot be read.*{why}"):
        read(file(**changed), "choices.json")


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", file()[:-5], b"\xff\xfe{}"])
def test_half_a_file_is_refused(data):
    with pytest.raises(UnreadableChoices, match="left as it is"):
        read(data, "choices.json")


def test_of_many_faults_three_are_told_and_the_others_counted():
    wrong = {digit * 64: {"at": "never"} for digit in "0123456789"}

    with pytest.raises(UnreadableChoices, match=r"(at: give.*){3}; and 7 more\.$"):
        read(file(people={"anna": wrong}), "choices.json")


def test_a_change_leaves_what_it_does_not_name_and_null_clears(now):
    before = choices(anna={ONE: Choice(star=True, score=4, note="warm", at=EARLY)})

    after = before.changed("anna", {ONE: Change(score=None, hidden=True), TWO: Change(star=True)})

    stamp = "2026-02-01T12:00:00.000Z"
    assert after.people["anna"] == {
        ONE: Choice(star=True, hidden=True, note="warm", at=stamp),
        TWO: Choice(star=True, at=stamp),
    }


def test_a_change_of_one_person_leaves_everybody_elses(now):
    before = choices(anna={ONE: Choice(star=True, at=EARLY)})

    after = before.changed("ben", {ONE: Change(hidden=True)})

    assert after.people["anna"] == before.people["anna"]


def test_a_star_taken_back_stays_so_when_an_older_file_is_merged(now):
    starred = choices(anna={ONE: Choice(star=True, at=EARLY)})
    taken_back = starred.changed("anna", {ONE: Change(star=None)})

    assert taken_back.merged(starred) == starred.merged(taken_back) == taken_back
    assert taken_together(taken_back) == {ONE: NOTHING}


@pytest.mark.parametrize("wrong", ["2031-07-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
def test_a_change_counts_after_a_choice_whose_clock_was_ahead(now, wrong):
    imported = choices(anna={ONE: Choice(star=True, at=wrong)})

    after = imported.changed("anna", {ONE: Change(star=False, note="no")})

    assert after.people["anna"][ONE].star is False
    assert after.people["anna"][ONE].at >= imported.people["anna"][ONE].at


def test_what_was_changed_after_a_wrong_clock_survives_that_file_being_merged_again(now):
    imported = choices(anna={ONE: Choice(star=True, at="2031-07-01T00:00:00Z")})
    after = imported.changed("anna", {ONE: Change(star=False)})

    assert after.merged(imported) == after


def test_merging_is_the_same_in_any_order_and_however_often():
    parts = [
        choices(anna={ONE: Choice(star=True, at=EARLY)}, ben={TWO: Choice(score=2, at=LATE)}),
        choices(anna={ONE: Choice(hidden=True, at=LATE), TWO: Choice(at=EARLY)}),
        # The same moment as in the one before: nobody knows which was later.
        choices(anna={ONE: Choice(score=5, at=LATE)}, carol={THREE: Choice(note="!", at=EARLY)}),
    ]

    merged = {records.write(a.merged(b).merged(c).merged(a)) for a, b, c in permutations(parts)} | {
        records.write(a.merged(b.merged(c))) for a, b, c in permutations(parts)
    }

    assert len(merged) == 1
    (whole,) = (read(data, "choices.json") for data in merged)
    assert whole.people["anna"][ONE] in (parts[1].people["anna"][ONE], parts[2].people["anna"][ONE])
    assert whole.people["anna"][TWO] == Choice(at=EARLY)
    assert set(whole.people) == {"anna", "ben", "carol"}


def test_taken_together_a_star_outweighs_who_hid_it_and_the_score_is_the_mean():
    found = taken_together(
        choices(
            ben={ONE: Choice(hidden=True, score=2, note="too dark", at=EARLY)},
            anna={ONE: Choice(star=True, score=5, note="mine", at=EARLY)},
            carol={ONE: Choice(score=4, at=EARLY), TWO: Choice(hidden=True, at=EARLY)},
        )
    )

    assert (found[ONE].star, found[ONE].hidden) == (True, False)
    assert found[ONE].score == pytest.approx(11 / 3)
    assert found[ONE].notes == (("anna", "mine"), ("ben", "too dark"))
    assert found[TWO] == Together(hidden=True)
    assert THREE not in found


def test_of_too_many_people_the_last_is_refused():
    full = choices(**{f"p{number}": {ONE: Choice(at=EARLY)} for number in range(100)})

    assert full.changed("p7", {ONE: Change(star=True)}).people["p7"][ONE].star
    for add in (
        lambda: full.changed("anna", {ONE: Change(star=True)}),
        lambda: full.merged(choices(anna={ONE: Choice(at=EARLY)})),
    ):
        with pytest.raises(InvalidRequest, match=r"^person: at most 100 people"):
            add()
