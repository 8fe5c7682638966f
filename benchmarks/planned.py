"""A plan without a store or a workflow, for what is measured without them."""

from collections.abc import Mapping
from typing import Any

from collage import plan
from collage.digest import sha256
from collage.engines.provider import ProviderSettings
from collage.pictures import masks, source
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.request.accepted import Accepted, Source
from collage.request.parse import parse
from collage.services import Services
from collage.settings import Settings
from collage.steps import capabilities
from collage.words import styles

ID = "0" * 20
"""Of every plan that is made here."""


def planned(
    data: bytes, options: dict[str, Any], providers: Mapping[str, ProviderSettings] | None = None
) -> tuple[Plan, bytes, dict[str, bytes]]:
    """The plan for a picture, with the prepared source and the masks by name.

    ``providers`` are the settings of those that have others than their own defaults.
    """
    asked = parse(options)
    services = Services(Settings(uploads_bucket="", collages_bucket=""), providers or {})
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
        capabilities.models(asked, services),
        services.accounts,
    )
    return made, png, drawn
