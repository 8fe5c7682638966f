import inspect

import pytest

from collage import errors
from tests.infrastructure.shipped import LAMBDA, states


def names_under(base):
    return {
        name
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, base) and kind not in (base, errors.CollageError)
    }


TRANSIENT, PERMANENT = names_under(errors.TransientError), names_under(errors.PermanentError)
INVOCATIONS = [state for state in states() if state.body.get("Resource", "").endswith(LAMBDA)]


def test_every_error_is_either_transient_or_permanent():
    in_place_of_a_picture = {"NotMade"}
    known = names_under(errors.CollageError) - {"TransientError", "PermanentError"}
    known -= in_place_of_a_picture

    assert known == TRANSIENT | PERMANENT
    assert not TRANSIENT & PERMANENT
    assert TRANSIENT


RENDERING = TRANSIENT - {"DeletionGoesOn"}
ASKING = {"RenderTile": RENDERING, "ListStyles": RENDERING - {"NoSlotYet"}}
"""Where an engine or a language model is asked, and what may come of it; elsewhere it is S3."""


@pytest.mark.parametrize("state", INVOCATIONS, ids=str)
def test_a_task_tries_again_after_every_transient_error_it_can_meet(state):
    retried = {name for rule in state.body["Retry"] for name in rule["ErrorEquals"]}

    assert retried >= ASKING.get(state.name, {"StoreUnavailable"})


@pytest.mark.parametrize("state", list(states()), ids=str)
def test_no_state_tries_again_after_a_permanent_error(state):
    retried = {name for rule in state.body.get("Retry", []) for name in rule["ErrorEquals"]}

    assert not retried & PERMANENT


def test_an_error_is_known_by_the_name_of_its_class():
    assert errors.NotAPicture("No.").name == "NotAPicture"
    assert errors.StoreUnavailable("No.").name == "StoreUnavailable"
