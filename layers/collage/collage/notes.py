"""What is noted of a collage's tiles that came to nothing, beside the failures of its calls."""

from collage.frozen import Frozen


class Refusal(Frozen):
    """A draw that the provider's moderation refused: refused/{key}.json."""

    message: str
    created: str
    """When, in UTC, as ISO 8601."""


class Unsettled(Frozen):
    """Requests for a tile that may have been billed without a picture: unsettled/{key}.json."""

    requests: int
    usd: float
    """The tile's share of what stays counted for them."""


class Pardon(Frozen):
    """From when on earlier refusals are no reason not to ask again: pardon.json."""

    since: str
