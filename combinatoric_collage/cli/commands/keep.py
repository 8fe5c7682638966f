"""The commands that keep the laptop cloud: up, clean."""

from __future__ import annotations

from combinatoric_collage.cli import messages
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import console, say
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.news import news
from combinatoric_collage.cli.stacks.which import (
    Parameters,
    State,
    UsdPerImage,
    Where,
    WhereConfigured,
)


@command
def up(
    state: State = None, parameter: Parameters = None, usd_per_image: UsdPerImage = None
) -> None:
    """Keep the laptop cloud running, for any AWS client.

    A picture put under uploads/ of its bucket starts a collage.
    """
    where = WhereConfigured(
        state_given=state, parameters_given=parameter, usd_per_image=usd_per_image
    )
    with laptop.running(where.parameters, state=where.state, stays=True) as (cloud, stack):
        messages.welcome(console, stack, cloud.environment, where.state)
        for line in news(stack):
            say(line)


@command
def clean(state: State = None) -> None:
    """Remove all that the laptop cloud keeps.

    Its collages and tiles go, paid ones too, and the count of what was spent today.
    """
    kept = Where(state_given=state).state
    say(f"{kept} removed" if laptop.clean(kept) else f"there is nothing at {kept}")
