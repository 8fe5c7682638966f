import pytest

from collage.errors import (
    EngineUnavailable,
    InvalidRequest,
    NotAPicture,
    NotInStore,
    SourceTooLarge,
)
from collage.steps import start_collage
from collage.steps.list_styles import list_styles
from collage.steps.start_collage import refuse
from tests.unit.pictures import encode, noise
from tests.unit.runs import SMALL, SOURCE, changed, start


def test_named_styles_are_frozen_at_the_door_and_others_are_listed(stack):
    named = start(stack, styles=["Cubism", "Baroque"])["id"]
    listed = start(stack, style_count=4)["id"]

    assert not stack.started[named]["needs_styles"]
    assert stack.store.styles(named).styles == ("Cubism", "Baroque")
    assert stack.started[listed]["needs_styles"]
    with pytest.raises(NotInStore):
        stack.store.styles(listed)
    list_styles(stack.store, stack.services, listed)
    assert len(stack.store.styles(listed).styles) == 4


def test_the_run_is_given_the_id_and_no_more_than_it_needs(stack):
    made = start(stack)["id"]

    given = stack.started[made]
    assert given.pop("asked")
    assert given == {"id": made, "needs_styles": True}


def test_the_same_collage_is_started_once(stack):
    first, second = start(stack), start(stack)

    assert first == {"id": second["id"], "run": first["id"], "new": True}
    assert not second["new"]
    assert len(stack.started) == 1


def test_the_same_picture_under_another_key_is_the_same_collage(stack):
    assert start(stack, "uploads/a.png")["id"] == start(stack, "uploads/b.png")["id"]
    assert start(stack, data=encode(noise((60, 60))))["id"] not in (start(stack)["id"],)


@pytest.mark.parametrize(
    ("data", "options", "error"),
    [
        (b"hello", {}, NotAPicture),
        (SOURCE, {"rows": 0}, InvalidRequest),
        (None, {}, NotInStore),
    ],
)
def test_what_the_door_refuses_leaves_no_trace(stack, data, options, error):
    with pytest.raises(error):
        start(stack, data=data, **options)

    assert not stack.started
    assert not stack.listing()


def test_a_source_over_the_stacks_limits_is_refused(stack):
    tight = changed(stack, max_source_bytes=10)
    flat = changed(stack, max_source_pixels=90 * 60 - 1)
    stack.put("uploads/a.png", SOURCE)

    for services in (tight, flat):
        with pytest.raises(SourceTooLarge):
            start_collage.start(stack.store, services, stack.runs, "uploads/a.png", SMALL)


def test_a_refused_upload_says_why_under_an_id_of_its_own(stack):
    failure = refuse(stack.store, "uploads/a.txt", NotAPicture("It is none."))

    assert stack.listing() == {f"collages/{failure.id}/failure.json"}
    assert stack.store.failure(failure.id) == failure
    assert (failure.error, failure.message) == ("NotAPicture", "It is none.")
    assert failure.source == "uploads/a.txt"


def test_open_models_are_refused_in_one_sentence_where_the_stack_runs_none(stack):
    key = stack.put("uploads/a.png", SOURCE)

    with pytest.raises(
        EngineUnavailable, match=r"engine: diffusion is not set up here; .*EnableGpu"
    ):
        start_collage.start(stack.store, stack.services, stack.runs, key, {"engine": "diffusion"})

    assert stack.started == {}
    assert stack.listing() == set()
