"""What a user asks for: one validated model, the same at every door."""

import re
from collections.abc import Iterable
from string import Formatter
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from collage import engines, formats, masks, recipes, styles
from collage.digest import canonical, sha256
from collage.errors import InvalidRequest
from collage.formats import Format
from collage.layout import Sort
from collage.metadata.text import line

Model = TypeVar("Model", bound=BaseModel)
Fit = Literal["crop", "pad"]
Order = Literal["balanced", "random"]

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


def _colour(value: Any) -> Any:
    """A name that Pillow knows, or ``#rrggbb``."""
    if not isinstance(value, str):
        return value
    from PIL import ImageColor

    name = value.strip().lower()
    if name not in ImageColor.colormap and not re.fullmatch("#[0-9a-f]{6}", name):
        raise ValueError(f"{value[:40]!r} is no colour; give a name, as navy, or #rrggbb")
    return name


def _format(value: Any) -> Any:
    """``jpg`` is what files of the format are called."""
    return "jpeg" if value == "jpg" else value


Side = Annotated[int, Field(ge=32, le=2048)]
Colour = Annotated[str, BeforeValidator(_colour)]
FormatName = Annotated[Format, BeforeValidator(_format)]
Size = Annotated[tuple[Side, Side], BeforeValidator(_size)]


class Request(BaseModel):
    """A collage as it is asked for. Every field has a default; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str = Field(default="collage", description="how the request unfolds into tiles")
    styles: tuple[str, ...] | None = Field(
        default=None, max_length=200, description="unless given, they are listed for you"
    )
    style_count: int | None = Field(
        default=None, ge=1, le=200, description="styles to list; unless given, fifteen"
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
    cell: int = Field(default=256, ge=16, le=2048, description="width of a cell in pixels")
    gap: int = Field(
        default=0, ge=-256, le=256, description="pixels between cells; below 0 they overlap"
    )
    labels: bool = Field(default=False, description="write below each cell what it is")
    title: str | None = Field(default=None, max_length=200, description="written above the cells")
    border: int = Field(default=0, ge=0, le=1024, description="pixels around the cells")
    background: Colour = Field(
        default="white", description="colour of gaps, border and labels: a name, or #rrggbb"
    )
    format: FormatName = Field(default="png", description="of the collage: png, jpeg, or webp")
    fit: Fit = Field(default="crop", description="crop or pad a source of another shape")
    seed: int = Field(
        default=0, ge=0, le=2**32 - 1, description="changes what is drawn and painted"
    )
    order: Order = Field(
        default="balanced", description="how masks and combinations are drawn: balanced or random"
    )
    engine: str = Field(default="painter", description="what makes the tiles: painter, or openai")
    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="unless given, what the stack is set to",
    )
    quality: str | None = Field(
        default=None, description="of: " + ", ".join(engines.ENGINES["openai"].qualities)
    )
    preserve: bool = Field(
        default=True, description="lay the source back over what lies outside the mask"
    )
    theme: str | None = Field(
        default=None, max_length=200, description="what the listed styles have in common"
    )
    exclude: tuple[str, ...] = Field(default=(), description="styles not to list")
    metadata: bool = Field(default=True, description="write into every picture how it was made")
    max_usd: float | None = Field(
        default=None, ge=0, description="dollars that the collage may cost"
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
        return _known("engine", value, engines.ENGINES)

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

    @field_validator("title")
    @classmethod
    def _one_line(cls, value: str | None) -> str | None:
        return None if value is None else line(value) or None

    @field_validator("masks")
    @classmethod
    def _expand_masks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return masks.expand(value)

    @field_validator("prompt_template")
    @classmethod
    def _takes_styles(cls, value: str) -> str:
        fields = [field[1:] for field in Formatter().parse(value) if field[1] is not None]
        if fields != [("styles", "", None)]:
            raise ValueError("it must hold {styles} once, and no other {field}")
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
        engine = engines.ENGINES[self.engine]
        if self.model is not None and engine.model is not None:
            raise ValueError(f"model: the engine {self.engine} has only {engine.model}")
        if self.quality is not None and self.quality not in engine.qualities:
            allowed = ", ".join(engine.qualities) or "none"
            raise ValueError(f"quality: the engine {self.engine} has these: {allowed}")
        if self.combine > count:
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
    def cell_size(self) -> tuple[int, int]:
        """Width and height of a cell in pixels: the tile's shape at the width asked for."""
        return self.cell, max(1, round(self.cell * self.size[1] / self.size[0]))


class Relayout(BaseModel):
    """How to lay the tiles of a collage out again; what is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int | None = Field(default=None, ge=1, le=200)
    cols: int | None = Field(default=None, ge=1, le=200)
    cell: int | None = Field(default=None, ge=16, le=2048)
    gap: int | None = Field(default=None, ge=-256, le=256)
    labels: bool | None = None
    title: str | None = Field(default=None, max_length=200)
    border: int | None = Field(default=None, ge=0, le=1024)
    background: Colour | None = None
    format: FormatName | None = None
    sort: Sort = "shuffle"
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)


class Source(BaseModel):
    """The source picture as it was when the request was accepted."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(description="its key in the uploads bucket")
    sha256: str
    format: str
    width: int
    height: int


class Accepted(BaseModel):
    """A request that passed the door: request.json. Its id names the collage and its run."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: Source
    request: Request


def parse(options: dict[str, Any]) -> Request:
    """The request in ``options``, field names to plain values.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return _validated(Request, options)


def parse_relayout(changes: dict[str, Any]) -> Relayout:
    """The new layout in ``changes``.

    Raises:
        InvalidRequest: with one clause for each field that is wrong.
    """
    return _validated(Relayout, changes)


def identify(request: Request, source_sha256: str) -> str:
    """The id of a collage: 20 hexadecimal digits over source and request.

    The source's key is left out: the same picture under two names is one collage.
    """
    return sha256(canonical({"source": source_sha256, "request": request.model_dump()}))[:20]


def _validated(model: type[Model], options: dict[str, Any]) -> Model:
    try:
        return model.model_validate(options)
    except ValidationError as error:
        clauses = (_clause(e, model.model_fields) for e in error.errors())
        raise InvalidRequest("; ".join(clauses) + ".") from error


def _known(field: str, value: str, known: Any) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is no {field}; there are: {', '.join(known)}")
    return value


def _clause(error: Any, fields: Iterable[str]) -> str:
    where = str(error["loc"][0]) if error["loc"] else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = f"there is no such option; there are: {', '.join(fields)}"
    return f"{where}: {message}" if where else message
