"""A stack whose parameters are all at one end of what they admit makes collages."""

import pytest

from combinatoric_collage.cli.stacks import laptop
from tests.infrastructure.test_parameters import values
from tests.workflow.running import photo, run

KEYS = ("SharingSecret", "SharingPublicKeyA", "SharingPublicKeyB")
OUTSIDE = ("AccessLogsBucket", "OpenAiSecret", *KEYS)
"""They name what is not of the stack, and not there; a laptop cloud makes keys of its own."""


@pytest.mark.parametrize("end", [0, -1], ids=["lowest", "highest"])
def test_a_stack_at_the_edges_makes_a_collage(end: int) -> None:
    given = {name: value for name, value in values(end).items() if name not in OUTSIDE}

    with laptop.running(given) as (cloud, stack):
        manifest = run(stack, photo(end + 40))

    assert manifest.tile_counts == {"done": 6}
    assert not cloud.problem
