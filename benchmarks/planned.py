"""A plan without a store or a workflow, for what is measured without them."""

from typing import Any

from collage import plan
from collage.digest import sha256
from collage.pictures import masks, source
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.request.accepted import Accepted, Source
from collage.request.parse import parse
from collage.spending.accounts import every
from collage.words import styles

ID = "0" * 20
"""Of every plan that is made here."""


def planned(data: bytes, options: dict[str, Any]) -> tuple[Plan, bytes, dict[str, bytes]]:
    """The painter's plan for a picture, with the prepared source and the masks by name."""
    asked = parse(options)
    png = source.prepare(data, asked.size, asked.fit)
    drawn = {name: masks.encode(masks.draw(name, asked.size)) for name in asked.masks}
    made = plan.make(
        Accepted(
            id=ID,
            source=Source(key="", sha256=sha256(data), format="PNG", width=0, height=0),
            request=asked,
        ),
        Styles(styles=styles.default(None), origin="default"),
        Prepared(source=source.pixel_digest(png), masks={k: sha256(v) for k, v in drawn.items()}),
        {"painter": "painter-1"},
        every({}),
    )
    return made, png, drawn
