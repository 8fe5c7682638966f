import pytest

from collage.errors import (
    SourceChanged,
)
from collage.steps.make_masks import make_masks
from tests.unit.pictures import encode, noise
from tests.unit.runs import start


def test_a_source_that_was_overwritten_after_the_door_is_not_used(stack):
    made = start(stack)["id"]
    stack.put("uploads/a.png", encode(noise((90, 60))))

    with pytest.raises(SourceChanged, match=r"uploads/a\.png was overwritten"):
        make_masks(stack.store, stack.services, made)
