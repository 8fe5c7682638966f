"""What the API takes and answers, beyond the library's own models."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from collage.choices.choice import Change, Person
from collage.deletion import Survey
from collage.formats import ContentType
from collage.frozen import Frozen
from collage.messages.addressee import LONGEST_ADDRESS, Addressee, addressee
from collage.names import Digest, UploadKey
from collage.progress import Progress
from collage.request.request import Request
from collage.settings import settings
from collage.sharing.share import Share, State
from collage.sheet.geometry import Geometry
from collage.watch.tiles import ListedTile

Id = Annotated[str, Path(pattern="^[0-9a-f]{20}$", description="the collage's id")]
Limit = Annotated[int, Query(ge=1, le=100, description="most items of one page")]
After = Annotated[
    str | None,
    Query(pattern="^[0-9a-f-]{1,40}$", description="`next` of the page before; opaque"),
]
Links = Annotated[
    dict[str, str],
    Field(
        description="addresses by what they lead to: a path is of this API, `folder` of S3, and "
        "all others can be read by anybody for fifteen minutes"
    ),
]


class Asked(Request):
    """A collage to be made: a source, and any option of a request beside it."""

    source: UploadKey | None = Field(
        default=None,
        description="key of the source in the uploads bucket, as POST /uploads gives it; "
        "needed unless the recipe makes do without",
    )
    retry_refused: bool = Field(
        default=False, description="ask again for what moderation refused in an earlier run of it"
    )
    group: str | None = Field(
        default=None,
        pattern=r"^\S{1,128}$",
        exclude_if=lambda group: group is None,
        description="a group of the caller's that may look at it, choose and take away, where the "
        "stack tells people apart; it is another collage than one of no group",
    )
    notify: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_ADDRESS,
        exclude_if=lambda address: address is None,
        description="an address that is told how it ends, of a host that the stack allows",
    )

    @property
    def options(self) -> dict[str, Any]:
        """The fields of the request that were given; a recipe sets the others by the source."""
        beside = {"source", "retry_refused", "group", "notify"}
        return self.model_dump(mode="json", exclude=beside, exclude_unset=True)

    @property
    def told(self) -> Addressee | None:
        """Who is told how it ends.

        Raises:
            InvalidRequest: when the stack does not allow it.
        """
        return None if self.notify is None else addressee(self.notify, settings().hosts)


class UploadAsked(Frozen, extra="forbid"):
    """A source picture that is to be uploaded."""

    content_type: ContentType


class Upload(Frozen):
    """A form that uploads one picture: all ``fields``, and then the file, to ``url``."""

    key: str = Field(description="the source of a request, once it is uploaded")
    url: str
    fields: dict[str, str]
    expires_seconds: int
    max_bytes: int


class Estimate(Frozen):
    """What is still to be made of a collage."""

    calls: int
    tiles: int
    reused: int = Field(
        description="tiles that are there already; of a collage with more than 2,000, none is "
        "looked for"
    )
    usd: float
    minutes: float | None = Field(description="at the account's pace; none where there is none")
    priced_on: str
    geometry: Geometry = Field(description="where its cells will lie, and how large it will be")


class Started(Frozen):
    """A collage that is being made, or was."""

    id: str
    run: str
    new: bool = Field(description="whether a run was started by this request")
    estimate: Estimate
    links: Links


class Again(Frozen):
    """A request that makes a collage again; POST /collages takes it, and starts it."""

    request: Asked
    estimate: Estimate


class Collage(Progress):
    """Where a collage stands, and where its files are."""

    links: Links


class Collages(Frozen):
    """A page of collages, the last asked for first."""

    items: list[Collage]
    next: str | None


class TileItem(ListedTile):
    """A tile and its picture."""

    links: Links


class Tiles(Frozen):
    """A page of a collage's tiles, in the order of the plan."""

    items: list[TileItem]
    next: str | None


class DeletionSeen(Survey):
    """What a deletion takes away, and whether it is being done."""

    under_way: bool


class Events(Frozen):
    """What has changed of a collage."""

    collage: Collage
    tiles: list[TileItem] = Field(
        description="of a run under way, those that have ended and were not told of before"
    )
    next: str = Field(description="what was told of so far: `after` of the next request; opaque")


class Chosen(
    Frozen,
    extra="forbid",
    json_schema_extra={
        "examples": [
            {
                "person": "anna",
                "tiles": {
                    "0d5f0c3a" * 8: {"star": True, "score": 5},
                    "4be1f2a6" * 8: {"hidden": None, "note": "the light from the left"},
                },
            }
        ]
    },
):
    """What a person thinks of tiles, from now on."""

    person: Person | None = Field(
        default=None, description="unless given, the caller's own name as the stack knows it"
    )
    tiles: Annotated[dict[Digest, Change], Field(max_length=500)] = Field(
        description="by the keys of the tiles that are shown, as the manifest has them"
    )


class Relaid(Frozen):
    """Another layout that is being made; its links answer 404 until it is there."""

    id: str
    layout: str = Field(description="folder below `layouts/` of the collage")
    links: Links


class ExportSeen(Frozen):
    """A file that is made to be taken away, or was."""

    id: str
    export: str = Field(description="folder below `exports/` of the collage")
    kind: str
    state: Literal["running", "done", "failed"]
    asked: str = Field(description="when it was asked for, in UTC")
    tiles: int | None = Field(default=None, description="how many it shows or holds, once done")
    bytes: int | None = Field(default=None, description="of the file, once done")
    file: str | None = Field(default=None, description="name of the file in its folder, once done")
    notes: tuple[str, ...] = Field(default=(), description="what is worth knowing of it")
    error: str | None = Field(default=None, description="why it failed, if it did")
    message: str | None = None
    links: Links = Field(description="`file` once it is done")


class ShareSeen(Frozen):
    """A share, and where it stands."""

    share: Share
    state: State = Field(
        description="running: it is copied; open: it has an address; over: it has ended, by its "
        "day, by somebody, or because its key is no longer the stack's"
    )
    address: str | None = Field(
        default=None, description="what opens it, for everybody who has it; while it is open"
    )
    error: str | None = Field(default=None, description="why it failed, if it did")
    message: str | None = None
    links: Links


class Shares(Frozen):
    """The shares of a collage, the oldest first."""

    days: int | None = Field(
        description="how many a new share may last; none where the stack shares nothing"
    )
    items: list[ShareSeen]


class Engine(Frozen):
    """What renders tiles, and what is known of it."""

    name: str
    model: str | None = Field(
        description="unless a request names another; none where it depends on the operation"
    )
    models: dict[str, str] = Field(description="the same by operation")
    operations: list[str]
    options: list[str] = Field(description="options of a request that not every engine takes")
    seeded: bool = Field(description="whether a seed decides the picture")
    trained: bool = Field(description="whether it holds a trained model")
    priced: bool
    images_per_minute: float | None = Field(description="of its provider; none without one")
    images_at_once: int | None = Field(description="likewise")
    qualities: list[str]
    styles: list[str] = Field(description="that it knows beside the default ones")
    style_pictures: bool = Field(description="whether it takes styles from pictures")
    available: bool
    needs: str | None = Field(description="what this stack lacks for it")


class EngineLimits(Frozen):
    """What this stack allows its engines."""

    daily_usd: float
    concurrency: int


class Engines(Frozen):
    """The engines there are."""

    items: list[Engine]
    default: str
    limits: EngineLimits


class Styles(Frozen):
    """The styles of a request that names none, and what others may be called."""

    items: list[str]
    listed_by: str | None = Field(description="the language model that lists others, if any")
    most: int
    longest_name: int


class Masks(Frozen):
    """The masks and the sets of them."""

    items: list[str]
    sets: dict[str, list[str]]
    default: list[str]
    shapes: dict[str, list[str]] = Field(
        description="what each mask repaints, as rows of a picture of it: # is repainted, . kept"
    )


class Recipe(Frozen):
    """How a request unfolds into tiles."""

    name: str
    description: str
    source: Literal["needed", "optional", "unused"]
    uses: list[str] = Field(description="options that not every recipe has")
    own_grid: bool = Field(
        description="whether rows and columns follow from the rest, and others are refused"
    )
    operation: str | None = Field(
        description="what an engine is asked to do without a source; none where one is needed"
    )
    operation_on_source: str | None = Field(
        description="what it is asked to do with a source; none where none is taken"
    )


class RecipeLimits(Frozen):
    """What this stack allows a request."""

    max_source_bytes: int
    max_source_pixels: int
    max_collage_pixels: int
    min_share: float = Field(description="share of the tiles that makes a collage")
    notify_hosts: list[str] = Field(
        description="hosts, each with all below it, of which `notify` may name an address"
    )


class Recipes(Frozen):
    """The recipes there are, and the options of a request with their defaults and bounds."""

    items: list[Recipe]
    default: str
    options: dict[str, Any] = Field(description="JSON Schema of a request")
    axes: list[str] = Field(description="what a table can have as further `axes`")
    limits: RecipeLimits
