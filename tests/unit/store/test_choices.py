"""choices.json in the store: what several write at once is kept, and nothing unread replaced."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from collage.choices.choice import Change, Choice, Choices
from collage.errors import InvalidRequest, StoreUnavailable, UnreadableChoices
from collage.store import choices as stored

ID = "0123456789abcdef0123"
KEY = f"collages/{ID}/choices.json"
ONE, TWO = "a" * 64, "b" * 64


def starring(person, *keys) -> Callable[[Choices], Choices]:
    return lambda there: there.changed(person, {key: Change(star=True) for key in keys})


@pytest.fixture
def store(stack):
    return stack.store


def test_where_there_is_no_file_nobody_has_chosen(store, stack):
    assert store.choices(ID) == Choices(id=ID)
    assert stack.listing() == set()


def test_what_was_chosen_is_read_again(store, written):
    chosen = store.change_choices(ID, starring("anna", ONE))

    assert store.choices(ID) == chosen
    assert written == [KEY]
    assert store.s3.head_object(Bucket=store.collages, Key=KEY)["ContentType"] == "application/json"


def test_what_changes_nothing_is_not_written(store, written):
    store.change_choices(ID, starring("anna", ONE))

    store.change_choices(ID, lambda there: there.merged(there))

    assert written == [KEY]


@pytest.mark.parametrize("there", [False, True])
def test_who_writes_in_between_loses_nothing_and_is_not_lost(store, there):
    if there:
        store.change_choices(ID, starring("carol", ONE))
    interrupted = []

    def change(known):
        if not interrupted:
            interrupted.append(store.change_choices(ID, starring("ben", ONE)))
        return known.changed("anna", {TWO: Change(score=3)})

    store.change_choices(ID, change)

    found = store.choices(ID).people
    assert set(found) == {"anna", "ben", *(["carol"] if there else [])}
    assert found["ben"][ONE].star
    assert found["anna"][TWO].score == 3


def test_a_file_that_is_removed_in_between_is_begun_anew(store):
    store.change_choices(ID, starring("ben", ONE))
    gone = []

    def change(known):
        if not gone:
            gone.append(store.s3.delete_object(Bucket=store.collages, Key=KEY))
        return known.changed("anna", {ONE: Change(star=True)})

    assert set(store.change_choices(ID, change).people) == {"anna"}


def test_many_who_write_at_once_are_all_kept(store):
    keys = [f"{number:064x}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda key: store.change_choices(ID, starring("anna", key)), keys))

    assert set(store.choices(ID).people["anna"]) == set(keys)


def test_who_is_always_too_late_is_told_to_try_again(store, monkeypatch):
    monkeypatch.setattr(stored, "sleep", lambda _: None)

    def change(known):
        other = known.changed("ben", {ONE: Change(note=str(len(tried)))})
        store.s3.put_object(Bucket=store.collages, Key=KEY, Body=stored.records.write(other))
        tried.append(known)
        return known.changed("anna", {ONE: Change(star=True)})

    tried: list[Choices] = []
    with pytest.raises(StoreUnavailable, match="try again"):
        store.change_choices(ID, change)

    assert len(tried) == stored.TRIES
    assert set(store.choices(ID).people) == {"ben"}


@pytest.mark.parametrize("data", [b"{", b'{"version": 2, "id": "0123456789abcdef0123"}', b"[]"])
def test_a_file_that_cannot_be_read_is_never_written_over(store, stack, data):
    boto3.client("s3").put_object(Bucket=store.collages, Key=KEY, Body=data)

    with pytest.raises(UnreadableChoices):
        store.choices(ID)
    with pytest.raises(UnreadableChoices):
        store.change_choices(ID, starring("anna", ONE))

    assert stack.get(KEY) == data


def test_more_than_can_be_answered_is_refused_and_nothing_written(store, stack):
    long = {f"{n:064x}": Choice(note="é" * 2000, at="2026-02-01T10:00:00Z") for n in range(800)}

    with pytest.raises(InvalidRequest, match=r"^tiles: the choices would take 3,\d+,\d+ bytes"):
        store.change_choices(ID, lambda there: there.merged(Choices(id=ID, people={"anna": long})))

    assert stack.listing() == set()
