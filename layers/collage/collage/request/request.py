"""What a user asks for: one validated model, the same at every door."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from collage import engines, formats, recipes
from collage.errors import NotOneOf
from collage.fields.fields import AXES, MOST_SIDE, SEARCH_AND_REPLACE, Axes, Fields
from collage.pictures import masks
from collage.request import rules
from collage.text import called
from collage.words.seeds import RANDOM

MAX_COLLAGE_PIXELS = 6_000_000_000
"""Width times height of the collage: what one function assembles in half its time."""

MOST_CELLS = MOST_SIDE**2
"""Rows times columns: what every step was measured to hold (docs/large.md)."""

MOST_UNFOLDED = 150_000
"""The same of a collage whose tiles cannot be counted without its plan. The API estimates one
before it starts it, and has 29 seconds for that: some 150 microseconds a tile of a paid engine, on
a processor of Lambda."""

MOST_INVOLVED = 100_000
"""The same of a collage with labels, with spares, or of tiles that are made from others: they take
up to three times as long to unfold, and up to eight times the memory, some 8 KB a cell."""

MAX_ROW_PIXELS = 250_000_000
"""Width of the collage times height of a cell: strips of this size fit in its memory."""


class Request(Fields):
    """A collage as it is asked for. Every field has a default; unknown fields are refused."""

    recipe: str = Field(
        default="collage",
        description="how it unfolds into tiles: " + ", ".join(recipes.RECIPES),
    )
    axes: Axes = Field(default={}, description="further axes of a matrix: " + ", ".join(AXES))

    @field_validator("recipe")
    @classmethod
    def _known_recipe(cls, value: str) -> str:
        if value not in recipes.RECIPES:
            raise NotOneOf("recipe", value, recipes.RECIPES)
        return value

    @field_validator("axes")
    @classmethod
    def _known_axes(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, values in value.items():
            if name not in AXES:
                raise ValueError(f"{name!r} is no axis; there are: {', '.join(AXES)}")
            if not values or len({_as_field(name, each) for each in values}) < len(values):
                raise ValueError(f"{name} needs different values, at least one")
        return value

    @model_validator(mode="before")
    @classmethod
    def _of_others(cls, given: Any) -> Any:
        """What is left open and follows from others: names of files, styles, and the engine.

        Mask files say which masks there are. Pictures of styles say which styles there are, and
        want an engine that can take them, as a recipe wants one that can do what it asks.
        """
        if not isinstance(given, dict):
            return given
        follows: dict[str, Any] = {}
        pictured = isinstance(given.get("style_pictures"), dict)
        if pictured and not {"styles", "style_count", "theme", "exclude"} & given.keys():
            follows["styles"] = tuple(given["style_pictures"])
        if isinstance(given.get("sources"), list | tuple) and not given.get("source_names"):
            follows["source_names"] = _called(given["sources"])
        if isinstance(given.get("mask_files"), dict) and "masks" not in given:
            follows["masks"] = tuple(f"{masks.FILE}{name}" for name in given["mask_files"])
        if "engine" not in given and "engine" not in (given.get("axes") or {}):
            able = _able(given.get("recipe"))
            if pictured:
                follows["engine"] = engines.takes_style_pictures()
            elif able:
                follows["engine"] = able
        return {**given, **follows}

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.styles is not None and self.style_count is not None:
            raise ValueError("styles and style_count exclude each other")
        if self.styles is not None and (self.theme or self.exclude):
            raise ValueError(
                "theme and exclude are for listing styles, not for styles that are named"
            )
        rules.check(self)
        self._few_enough()
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
        if self.joined:
            formats.check(self.format, (across, down), self.dpi)
        if across * height > MAX_ROW_PIXELS or across * down > MAX_COLLAGE_PIXELS:
            raise ValueError(
                f"cell: {self.rows} x {self.cols} cells of {width} x {height} pixels are "
                f"{across * down:,}; at most {MAX_COLLAGE_PIXELS:,}, and in a row of cells "
                f"{MAX_ROW_PIXELS:,}, can be assembled"
            )
        return self

    def _few_enough(self) -> None:
        cells, (most, what) = self.rows * self.cols, self.most
        if cells > most:
            raise ValueError(
                f"rows: {self.rows:,} x {self.cols:,} are {cells:,} cells; a collage{what} has "
                f"at most {most:,}"
            )

    @property
    def most(self) -> tuple[int, str]:
        """How many cells and tiles it may have, and of what collages that holds."""
        if self.involved is not None:
            return MOST_INVOLVED, self.involved
        if self.again:
            return MOST_UNFOLDED, " with tiles that are changed singly"
        if self.style_pictures:
            return MOST_UNFOLDED, " with style_pictures"
        return MOST_CELLS, ""

    @property
    def involved(self) -> str | None:
        """What makes its plan take more of a cell than others do: the end of a phrase."""
        if self.labels or self.captions:
            return " with labels"
        if self.replace_refused:
            return " with replace_refused"
        made_of_others = self.upscale is not None or recipes.RECIPES[self.recipe].composed
        return " whose tiles are made from other tiles" if made_of_others else None

    @property
    def styled(self) -> bool:
        """Whether its tiles have styles, which are listed when it names none."""
        return "styles" in recipes.RECIPES[self.recipe].uses


def _called(keys: Iterable[Any]) -> tuple[str, ...]:
    """What sources are called, by their keys: as their files are, where a key has a file's name."""
    return tuple(
        (isinstance(key, str) and key.startswith("uploads/") and called(key.rpartition("/")[2]))
        or str(n)
        for n, key in enumerate(keys, 1)
    )


def _able(recipe: Any) -> str | None:
    """The engine for a recipe that the default one is not able to make, where one is embedded."""
    if not isinstance(recipe, str) or recipe not in recipes.RECIPES:
        return None
    able = engines.embedded(recipes.RECIPES[recipe].operation)
    default = Fields.model_fields["engine"].default
    return None if default in able or not able else able[0]


def _as_field(name: str, value: str) -> Any:
    """A value of an axis as the field of that name has it, held to the rules of that."""
    if name == SEARCH_AND_REPLACE:
        return value
    field = Fields.model_fields[name]
    try:
        found: Any = TypeAdapter(Annotated[field.annotation, field]).validate_python(value)
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise ValueError(f"{name}={value}: {said}") from error
    if name in ("seed", "combine") and "." in value:
        raise ValueError(f"{name}={value}: give a whole number, without a point")
    if name == "seed" and found == RANDOM:
        raise ValueError(f"{name}={value}: name the seeds of an axis; none is drawn at random")
    return found
