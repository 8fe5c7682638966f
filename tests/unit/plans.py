"""Plans for the tests, made by the library from a request."""

from typing import Any

from collage import engines, plan, styles
from collage.plan import Plan, Prepared, Styles
from collage.request import Accepted, Source, identify, parse

SHA = "5" * 64
PACE = 5.0


def model(asked: Accepted) -> str:
    """What renders it."""
    return engines.ENGINES[asked.request.engine].model or "gpt-image"


def accepted(**options: Any) -> Accepted:
    """A request that passed the door."""
    made = parse(options)
    source = Source(key="uploads/a.png", sha256=SHA, format="PNG", width=64, height=64)
    return Accepted(id=identify(made, SHA), source=source, request=made)


def planned(**options: Any) -> Plan:
    """The plan of a request, its source and masks standing under made-up digests."""
    asked = accepted(**options)
    if asked.request.styles is not None:
        listed = Styles(styles=asked.request.styles, origin="request")
    else:
        listed = Styles(styles=styles.default(asked.request.style_count), origin="default")
    digests = {name: f"digest of {name}" for name in asked.request.masks}
    prepared = Prepared(source="digest of the source", masks=digests)
    return plan.make(asked, listed, prepared, model(asked), PACE)
