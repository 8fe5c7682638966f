"""Python's collector is off as long as anybody wants that, and never longer."""

import gc
from contextlib import ExitStack

import pytest

from collage.uncollected import uncollected


def test_it_is_off_until_the_last_who_wants_that_is_out():
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(uncollected())
        second.enter_context(uncollected())
        first.close()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_stays_off_where_it_was_and_comes_back_after_an_error():
    with pytest.raises(ValueError, match="wrong"), uncollected():
        raise ValueError("wrong")
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_is_kept_is_not_gone_through_later():
    before = gc.get_freeze_count()
    try:
        with uncollected():
            pass
        assert gc.get_freeze_count() == before
        with uncollected(kept=True):
            made = [object()]
        assert gc.get_freeze_count() > before
        assert all(one is not made for one in gc.get_objects())
    finally:
        gc.unfreeze()
