"""Plans for the tests, made by the library from a request."""

from typing import Any

from collage import engines, plan, recipes
from collage.engines.openai.settings import OpenAISettings
from collage.engines.provider import Quota
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.request.accepted import Accepted, Source, collage_id
from collage.request.parse import complete, parse
from collage.spending.accounts import Accounts, every
from collage.weights import Weights
from collage.words import styles

SHA = "5" * 64
QUOTA = Quota("openai", per_minute=60, burst=10)

SOURCE = Source(key="uploads/a.png", sha256=SHA, format="PNG", width=64, height=64)


def accounts(**settings: Any) -> Accounts:
    """The providers, OpenAI by a stack's settings."""
    return every({"openai": OpenAISettings(**settings)})


ACCOUNTS = accounts(images_per_minute=60, burst=10)


def models() -> dict[str, str]:
    """What renders, by engine."""
    return {name: engine.model or "gpt-image" for name, engine in engines.ENGINES.items()}


def accepted(source: Source | None = SOURCE, **options: Any) -> Accepted:
    """A request that passed the door, with the source that its recipe asks for."""
    made = parse(options)
    source = None if recipes.RECIPES[made.recipe].source == "unused" else source
    made = complete(made, source and (source.width, source.height))
    return Accepted(id=collage_id(made, source and SHA), source=source, request=made)


def planned(source: Source | None = SOURCE, weights: Weights | None = None, **options: Any) -> Plan:
    """The plan of a request, its source and masks standing under made-up digests."""
    asked = accepted(source, **options)
    if asked.request.styles is not None or not asked.request.styled:
        listed = Styles(styles=asked.request.styles or (), origin="request")
    else:
        listed = Styles(
            styles=styles.default(asked.request.style_count, (), asked.request.known_styles),
            origin="default",
        )
    drawn = recipes.RECIPES[asked.request.recipe].masks(asked.request, asked.size)
    digests = {name: f"digest of {name}" for name in drawn}
    prepared = Prepared(source="digest of the source" if asked.source else None, masks=digests)
    return plan.make(asked, listed, prepared, models(), ACCOUNTS, weights)
