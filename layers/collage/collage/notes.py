"""What is noted of a collage's tiles that came to nothing, beside the failures of its calls."""

from pydantic import BaseModel, ConfigDict


class Refusal(BaseModel):
    """A draw that the provider's moderation refused: refused/{key}.json."""

    model_config = ConfigDict(frozen=True)

    message: str
    created: str
    """When, in UTC, as ISO 8601."""


class Unsettled(BaseModel):
    """Requests for a tile that may have been billed without a picture: unsettled/{key}.json."""

    model_config = ConfigDict(frozen=True)

    requests: int
    usd: float
    """The tile's share of what stays counted for them."""


class Pardon(BaseModel):
    """From when on earlier refusals are no reason not to ask again: pardon.json."""

    model_config = ConfigDict(frozen=True)

    since: str
