"""What a user asks for: one validated model, the same at every door."""

import secrets
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from collage import engines, formats, recipes
from collage.digest import canonical, sha256
from collage.engines.diffusion import operations
from collage.errors import FieldError, InvalidRequest, NotOneOf
from collage.formats import Format
from collage.names import CollageId, UploadKey
from collage.pictures import masks
from collage.request import lists, rules, styles
from collage.request.colours import is_colour
from collage.request.prompts import MAX_PROMPTS
from collage.sheet.layout import Sort
from collage.text import line

Model = TypeVar("Model", bound=BaseModel)
Fit = Literal["crop", "pad"]
Order = Literal["balanced", "random"]

LATER = ("sample",)
"""Fields that came after the first ids were given out: not in an id unless they are used."""

BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern")
"""What of a field's JSON Schema tells a user which values are allowed."""

MAX_STYLES = 200
"""Styles that a request can name, or have listed."""

MAX_AXIS = 200
"""Values of an axis: as many as there can be rows of cells."""

MAX_WORD_LISTS = 200
"""Word lists that a request can bring; each holds at most as many words as a prompt unfolds to."""

MAX_MASKS = 100
"""Names of masks and of sets of them, of which there are fewer; each counts once."""

REPORTED = 10
"""Faults of a request that are told one by one; of others only their number is."""

RANDOM = -1
"""The seed that stands for one drawn at random, as for other programs of the field."""

MAX_SEED = 2**64 - 1
"""The largest seed; one that would be larger begins again at 0."""

DRAWN = 2**32
"""Seeds are drawn below it: short enough to be read out, and for other programs to take."""

MAX_COLLAGE_PIXELS = 6_000_000_000
"""Width times height of the collage: what one function assembles in half its time."""

MAX_ROW_PIXELS = 250_000_000
"""Width of the collage times height of a cell: strips of this size fit in its memory."""


def _size(value: Any) -> Any:
    """``512`` means a square, ``"768x512"`` width and height."""
    if isinstance(value, str):
        parts = value.lower().split("x")
        if len(parts) > 2 or not all(part.isdecimal() for part in parts):
            raise ValueError("give a square's side, or width x height, in pixels")
        value = [int(part) for part in parts] * (3 - len(parts))
    return (value, value) if isinstance(value, int) else value


def _rect(value: Any) -> Any:
    """``300:600x500:800``: rows 300 to 600 and columns 500 to 800, as numpy slices them."""
    if isinstance(value, str):
        parts = [part.split(":") for part in value.lower().replace(" ", "").split("x")]
        if [len(part) for part in parts] != [2, 2] or not all(
            side.isdecimal() for part in parts for side in part
        ):
            raise ValueError("give it as TOP:BOTTOMxLEFT:RIGHT, in pixels of the source")
        (top, bottom), (left, right) = ([int(side) for side in part] for part in parts)
        return left, top, right, bottom
    return value


def _in_order(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    if not (left < right and top < bottom):
        raise ValueError(f"the rectangle {top}:{bottom}x{left}:{right} holds no pixel")
    return box


def _colour(value: Any) -> Any:
    """A name, or ``#rrggbb``."""
    if not isinstance(value, str):
        return value
    name = value.strip().lower()
    if not is_colour(name):
        raise ValueError(f"{value[:40]!r} is no colour; give a name, as navy, or #rrggbb")
    return name


def _format(value: Any) -> Any:
    """``jpg`` is what files of the format are called."""
    return "jpeg" if value == "jpg" else value


Side = Annotated[int, Field(ge=32, le=2048)]
Colour = Annotated[str, BeforeValidator(_colour)]
FormatName = Annotated[Format, BeforeValidator(_format)]
Size = Annotated[tuple[Side, Side], BeforeValidator(_size)]
WideSide = Annotated[int, Field(ge=32, le=16_384)]
WideSize = Annotated[tuple[WideSide, WideSide], BeforeValidator(_size)]
Pixel = Annotated[int, Field(ge=0, le=2**20)]
Rect = Annotated[
    tuple[Pixel, Pixel, Pixel, Pixel], BeforeValidator(_rect), AfterValidator(_in_order)
]
Anchor = Literal[
    "centre", "left", "right", "top", "bottom",
    "top-left", "top-right", "bottom-left", "bottom-right",
]  # fmt: skip
Word = Annotated[str, Field(min_length=1, max_length=200)]
Prompt = Annotated[str, Field(min_length=1, max_length=4000)]


class Request(BaseModel):
    """A collage as it is asked for. Every field has a default; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str = Field(
        default="collage",
        description="how it unfolds into tiles: " + ", ".join(recipes.RECIPES),
    )
    prompt: Prompt | None = Field(
        default=None,
        description="what to make; {a|b} makes one for each, __name__ one for each word of a list",
    )
    subjects: tuple[Prompt, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="rows of a matrix"
    )
    axes: dict[str, Annotated[tuple[Word, ...], Field(max_length=MAX_AXIS)]] = Field(
        default={},
        max_length=MAX_AXIS,
        description="further axes of a matrix: " + ", ".join(rules.AXES),
    )
    grid_size: int | None = Field(
        default=None, ge=1, le=100, description="rows and columns of samples; unless given, 3"
    )
    count: int | None = Field(
        default=None, ge=1, le=1000, description="pictures of the same; unless given, 4 or 1"
    )
    rects: tuple[Rect, ...] = Field(
        default=(),
        max_length=100,
        description="to erase: TOP:BOTTOMxLEFT:RIGHT in pixels of the source",
    )
    mask_source: UploadKey | None = Field(
        default=None,
        description="to erase: an uploaded picture, what is transparent of it, or white",
    )
    transparency: bool = Field(default=False, description="erase what is transparent of the source")
    target: WideSize | None = Field(
        default=None,
        description="size of a panorama in pixels; a source of up to 2048 keeps its own",
    )
    anchor: Anchor = Field(default="centre", description="where in the panorama the source lies")
    overlap: float = Field(
        default=0.5, ge=0.5, le=0.9, description="share of each step that is known already"
    )
    steps: int = Field(
        default=4, ge=1, le=20, description="of an interpolation, from corner to corner"
    )
    models: tuple[Word, ...] = Field(
        default=(), max_length=20, description="models to reconstruct by; unless given, all"
    )
    words: dict[str, Annotated[tuple[Prompt, ...], Field(max_length=MAX_PROMPTS)]] = Field(
        default={}, max_length=MAX_WORD_LISTS, description="word lists for __name__ in prompts"
    )
    sample: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="prompts to draw by the seed of all that a text stands for; unless given, all",
    )
    styles: tuple[str, ...] | None = Field(
        default=None, max_length=MAX_STYLES, description="unless given, they are listed for you"
    )
    style_count: int | None = Field(
        default=None, ge=1, le=MAX_STYLES, description="styles to list; unless given, fifteen"
    )
    combine: int = Field(default=2, ge=1, description="styles in one prompt")
    prompt_template: str = Field(
        default="in the style of {styles}",
        max_length=2000,
        description="the prompt, with {styles} where the combination goes",
    )
    masks: tuple[str, ...] = Field(
        default=masks.SETS["halves"],
        min_length=1,
        max_length=MAX_MASKS,
        description="of: " + ", ".join([*masks.SETS, *masks.MASKS]),
    )
    rows: int = Field(default=10, ge=1, le=200, description="rows of cells")
    cols: int = Field(default=10, ge=1, le=200, description="columns of cells")
    tiles: int | None = Field(
        default=None,
        ge=1,
        description="pictures to make; unless given, one a cell, each draw at most once",
    )
    size: Size = Field(default=(512, 512), description="width and height of a tile in pixels")
    cell: int = Field(default=256, ge=16, le=16_384, description="width of a cell in pixels")
    gap: int = Field(
        default=0, ge=-256, le=256, description="pixels between cells; below 0 they overlap"
    )
    labels: bool = Field(default=False, description="write below each cell what it is")
    captions: bool = Field(default=False, description="write below each cell its prompt")
    title: str | None = Field(default=None, max_length=200, description="written above the cells")
    border: int = Field(default=0, ge=0, le=1024, description="pixels around the cells")
    background: Colour = Field(
        default="white", description="colour of gaps, border and labels: a name, or #rrggbb"
    )
    format: FormatName = Field(default="png", description="of the collage: png, jpeg, or webp")
    fit: Fit = Field(default="crop", description="crop or pad a source of another shape")
    seed: int = Field(
        default=0,
        ge=RANDOM,
        le=MAX_SEED,
        description="changes what is drawn and painted; -1: one at random",
    )
    order: Order = Field(
        default="balanced", description="how masks and combinations are drawn: balanced or random"
    )
    engine: str = Field(
        default="painter", description="what makes the tiles: painter, openai, or diffusion"
    )
    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="unless given, what the stack is set to",
    )
    quality: str | None = Field(
        default=None, description="of: " + ", ".join(engines.ENGINES["openai"].qualities)
    )
    guidance_scale: operations.Guidance | None = Field(
        default=None, description="how closely to follow the prompt"
    )
    num_inference_steps: operations.Steps | None = Field(
        default=None, description="denoising steps"
    )
    strength: operations.Strength | None = Field(
        default=None, description="how far to go from the source, up to 1"
    )
    scheduler: operations.Scheduler | None = Field(default=None, description="of the denoising")
    negative_prompt: operations.NegativePrompt | None = Field(
        default=None, description="what not to show"
    )
    upscale: Literal[2, 4] | None = Field(
        default=None, description="make every picture larger by 2 or 4 at the end"
    )
    preserve: bool = Field(
        default=True, description="lay the source back over what lies outside the mask"
    )
    theme: str | None = Field(
        default=None, max_length=200, description="what the listed styles have in common"
    )
    exclude: tuple[str, ...] = Field(
        default=(), max_length=MAX_STYLES, description="styles not to list"
    )
    metadata: bool = Field(default=True, description="write into every picture how it was made")
    max_usd: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="dollars that may be paid for the collage, in all of its runs and retries",
    )
    replace_refused: bool = Field(
        default=False, description="draw another pair when the provider refuses one"
    )

    @field_validator("recipe")
    @classmethod
    def _known_recipe(cls, value: str) -> str:
        return _known("recipe", value, recipes.RECIPES)

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        return _known("engine", value, engines.OFFERED)

    @field_validator("styles")
    @classmethod
    def _clean_styles(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        names = tuple(styles.normal(name) for name in value)
        for name in names:
            if not name or styles.clean(name) != name:
                raise ValueError(
                    f"{name[:80]!r} is no style name: letters, digits, space, hyphen and "
                    f"apostrophe, 1 to {styles.MAX_NAME} characters"
                )
        if not names:
            raise ValueError("at least one style is needed")
        if len(styles.distinct(names)) < len(names):
            raise ValueError("a style is named twice")
        return names

    @field_validator("words")
    @classmethod
    def _none_empty(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, listed in value.items():
            if not listed:
                raise ValueError(f"the list {name!r} has no words")
        return value

    @field_validator("title")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        return None if value is None else line(value) or None

    @field_validator("masks")
    @classmethod
    def _expand_masks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return masks.expand(value)

    @field_validator("axes")
    @classmethod
    def _known_axes(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, values in value.items():
            if name not in rules.AXES:
                raise ValueError(f"{name!r} is no axis; there are: {', '.join(rules.AXES)}")
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} needs different values, at least one")
            for each in values:
                _as_field(name, each)
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.styles is not None and self.style_count is not None:
            raise ValueError("styles and style_count exclude each other")
        count = len(self.styles) if self.styles is not None else self.style_count
        if count is None:
            count = len(styles.DEFAULT_STYLES)
        if self.styles is not None and (self.theme or self.exclude):
            raise ValueError(
                "theme and exclude are for listing styles, not for styles that are named"
            )
        rules.check(self)
        chosen = "combine" in self.model_fields_set
        if self.combine > count and (chosen or self.recipe == "collage"):
            raise ValueError(
                f"combine: {self.combine} of {count} styles cannot be combined; "
                f"give a number from 1 to {count}"
            )
        if self.tiles is not None and self.tiles > self.rows * self.cols:
            raise ValueError(f"tiles: {self.tiles} do not fit in {self.rows} x {self.cols} cells")
        width, height = self.cell_size
        if self.gap <= -min(width, height):
            raise ValueError(f"gap: an overlap of {-self.gap} pixels leaves nothing of the cells")
        # What labels, title and legend add is known when the plan is made, and checked there.
        shim = max(0, self.gap)
        across, down = (
            count * (side + shim) - shim + 2 * self.border
            for count, side in ((self.cols, width), (self.rows, height))
        )
        formats.check(self.format, (across, down))
        if across * height > MAX_ROW_PIXELS or across * down > MAX_COLLAGE_PIXELS:
            raise ValueError(
                f"cell: {self.rows} x {self.cols} cells of {width} x {height} pixels are "
                f"{across * down:,}; at most {MAX_COLLAGE_PIXELS:,}, and in a row of cells "
                f"{MAX_ROW_PIXELS:,}, can be assembled"
            )
        return self

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that it asks, in this order."""
        return self.axes.get("engine") or (self.engine,)

    @property
    def styled(self) -> bool:
        """Whether its tiles have styles, which are listed when it names none."""
        return "styles" in recipes.RECIPES[self.recipe].uses

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of a cell when its tile was made larger, as the request asks."""
        width, height = self.cell_size
        scale = self.upscale or 1
        return width * scale, height * scale

    @property
    def cell_size(self) -> tuple[int, int]:
        """Width and height of a cell in pixels: the tile's shape at the width asked for."""
        width, height = self.target or self.size
        return self.cell, max(1, round(self.cell * height / width))


class Relayout(BaseModel):
    """How to lay the tiles of a collage out again; what is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int | None = Field(default=None, ge=1, le=200)
    cols: int | None = Field(default=None, ge=1, le=200)
    cell: int | None = Field(default=None, ge=16, le=16_384)
    gap: int | None = Field(default=None, ge=-256, le=256)
    labels: bool | None = None
    title: str | None = Field(default=None, max_length=200)
    border: int | None = Field(default=None, ge=0, le=1024)
    background: Colour | None = None
    format: FormatName | None = None
    sort: Sort = "shuffle"
    seed: int | None = Field(default=None, ge=RANDOM, le=MAX_SEED)


class Source(BaseModel):
    """A picture, the source or a mask, as it was when the request was accepted."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(description="its key in the uploads bucket")
    sha256: str
    format: str
    width: int
    height: int
    transparent: bool = False


class Accepted(BaseModel):
    """A request that passed the door: request.json. Its id names the collage and its run."""

    model_config = ConfigDict(frozen=True)

    id: CollageId
    source: Source | None
    mask: Source | None = Field(default=None, description="the mask file, where there is one")
    request: Request

    @property
    def key(self) -> str | None:
        """Key of the source in the uploads bucket, where there is one."""
        return None if self.source is None else self.source.key

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the source, where there is one."""
        return None if self.source is None else (self.source.width, self.source.height)


Seeded = TypeVar("Seeded", bound=Request | Relayout)


def parse(options: dict[str, Any]) -> Request:
    """The request in ``options``, field names to plain values. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(_validated(Request, options))


def seeded(asked: Seeded, *stands_for: str) -> Seeded:
    """``asked`` with a seed in place of RANDOM: the same for what ``stands_for`` one asking.

    Where nothing does, it is another one each time.
    """
    if asked.seed != RANDOM:
        return asked
    drawn = secrets.randbelow(DRAWN)
    if stands_for:
        drawn = int(sha256(canonical(stands_for)), 16) % DRAWN
    return cast(Seeded, asked.model_copy(update={"seed": drawn}))


def from_texts(options: Mapping[str, str]) -> dict[str, Any]:
    """Options that could only be written as text: lists as in CSV, and names with hyphens.

    Raises:
        InvalidRequest: for a list whose quotes do not fit.
    """
    named = {name.replace("-", "_"): text for name, text in options.items()}
    return {name: lists.cut(text) if name in _lists() else text for name, text in named.items()}


def parse_relayout(changes: dict[str, Any]) -> Relayout:
    """The new layout in ``changes``. A random seed is drawn.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return seeded(_validated(Relayout, changes))


def relaid(asked: Request, changes: Relayout) -> Request:
    """The request with another layout; the rules of a request hold for that as well.

    Raises:
        InvalidRequest: when the new layout breaks them.
    """
    changed = changes.model_dump(exclude_none=True, exclude={"sort"})
    return parse({**asked.model_dump(), **changed, "tiles": None})


def layout_name(changes: Relayout) -> str:
    """The folder of a new layout, below ``layouts/`` of the collage: the same for the same."""
    return sha256(canonical(changes.model_dump(mode="json")))[:12]


def identify(request: Request, source_sha256: str | None, mask_sha256: str | None = None) -> str:
    """The id of a collage: 20 hexadecimal digits over request, source and mask file.

    Their keys are left out: the same picture under two names is one collage.
    """
    left_out = {"mask_source", *(name for name in LATER if getattr(request, name) is None)}
    asked = request.model_dump(exclude=left_out)
    content = {"source": source_sha256, "mask": mask_sha256, "request": asked}
    return sha256(canonical(content))[:20]


def _validated(model: type[Model], options: dict[str, Any]) -> Model:
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise invalid(error.errors(), model) from error


def _as_field(name: str, value: str) -> None:
    """Hold a value of an axis to the rules of the field of that name."""
    try:
        Request.model_validate({name: value})
    except ValidationError as error:
        for wrong in error.errors():
            if wrong["loc"][:1] == (name,):
                said = str(wrong["msg"]).removeprefix("Value error, ")
                raise ValueError(f"{name}={value}: {said}") from error


def complete(asked: Request, source: tuple[int, int] | None) -> Request:
    """``asked`` with what its recipe makes of the fields that were left open.

    ``source`` is the width and height of the source, where there is one. What is complete stays
    as it is.

    Raises:
        InvalidRequest: when the fields do not fit the source.
    """
    follows = recipes.load(asked.recipe).complete(asked, source)
    left = {name: value for name, value in follows.items() if name not in asked.model_fields_set}
    return parse({**asked.model_dump(exclude_unset=True), **left})


def invalid(errors: Iterable[Any], model: type[BaseModel]) -> InvalidRequest:
    """What pydantic found wrong with the fields of ``model``, as the pack says it.

    At most REPORTED faults are told; how many others there are, the message ends with.
    """
    found = list(errors)
    # Made once: it takes longer than all else here.
    schema = model.model_json_schema()["properties"]
    fields = tuple(_field_error(error, model, schema) for error in found[:REPORTED])
    clauses = [f"{one.field}: {one.message}" if one.field else one.message for one in fields]
    if len(found) > REPORTED:
        clauses.append(f"and {len(found) - REPORTED:,} more")
    return InvalidRequest("; ".join(clauses) + ".", fields)


def _field_error(error: Any, model: type[BaseModel], schema: Mapping[str, Any]) -> FieldError:
    """One of pydantic's errors; a rule over several fields names one of them in its message."""
    message = str(error["msg"]).removeprefix("Value error, ")
    field = str(error["loc"][0]) if error["loc"] else ""
    if not field and message.partition(":")[0] in model.model_fields:
        field, _, message = message.partition(": ")
    if error["type"] == "extra_forbidden":
        known = list(model.model_fields)
        message = f"there is no such option; there are: {', '.join(known)}"
        return FieldError(field, message, known)
    cause = error.get("ctx", {}).get("error")
    return FieldError(
        field, message, getattr(cause, "allowed", None) or _rule(schema.get(field, {}))
    )


@cache
def _lists() -> frozenset[str]:
    """The fields of a request that are lists."""
    fields = Request.model_json_schema()["properties"]
    return frozenset(
        name
        for name, schema in fields.items()
        for one in schema.get("anyOf", [schema])
        if "items" in one and "prefixItems" not in one
    )


def _rule(schema: Mapping[str, Any]) -> Any:
    """What JSON Schema says of a field's values: a list of them, or bounds."""
    for one in schema.get("anyOf", [schema]):
        if "enum" in one:
            return one["enum"]
        if bounds := {rule: one[rule] for rule in BOUNDS if rule in one}:
            return bounds
    return None


def _known(field: str, value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise NotOneOf(field, value, known)
    return value
