"""Values that fields of a request can have: their types, and how each is read and checked."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from collage import engines
from collage.errors import NotOneOf
from collage.formats import FORMATS, Format
from collage.names import UploadKey
from collage.pictures import masks
from collage.text import LONGEST_NAME, line
from collage.words import MAX_PROMPTS, styles
from collage.words.colours import is_colour

MOST_FONT_BYTES = 32 * 2**20
"""Bytes of a font. One of all Han characters has about half of it."""

Fit = Literal["crop", "pad"]
Order = Literal["balanced", "random"]

LEAST_DPI, MOST_DPI = 10, 2400
"""Pixels of an inch: from what is looked at across a street to the finest of presses."""

MAX_STYLES = 200
"""Styles that a request can name, or have listed."""

MAX_WORD_LISTS = 200
"""Word lists that a request can bring; each holds at most as many words as a prompt unfolds to."""

MAX_MASKS = 100
"""Names of masks and of sets of them, of which there are fewer; each counts once."""

MAX_SOURCES = 20
"""Sources of one request. Each is decoded at the door, which has half a minute."""

MAX_MASK_FILES = 20
"""Masks of the user's own. Each is decoded at the door, which has half a minute."""


def size(value: Any) -> Any:
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


def format_name(value: Any) -> Any:
    """What files of a format end in names it too, as ``jpg``."""
    return next((name for name, each in FORMATS.items() if each.ending == value), value)


def _style_names(value: tuple[str, ...]) -> tuple[str, ...]:
    """Different names, each as `styles.clean` would have it."""
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


def _style_pictures(value: dict[str, str]) -> dict[str, str]:
    """Keys by different names of styles, at least one."""
    return dict(zip(_style_names(tuple(value)), value.values(), strict=True))


def _shown_name(value: str) -> str:
    """A name that can be written below a cell."""
    if value != line(value):
        raise ValueError(f"{value[:40]!r} is no name: it has to be one line of text")
    return value


def _mask_files(value: dict[str, Any]) -> dict[str, Any]:
    """Keys by names that no other mask has, each of a file for one source at least."""
    for name, keys in value.items():
        if name in masks.MASKS or name in masks.SETS:
            raise ValueError(f"{name}: a mask of the pack is called so; give the file another name")
        if not isinstance(keys, str) and not any(keys):
            raise ValueError(f"{name}: it has a file for none of the sources")
    return value


def _source_names(value: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [name for name in value if value.count(name) > 1]:
        raise ValueError(f"two sources are called {twice[0]!r}; give each a name of its own")
    return value


def _word_lists(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, listed in value.items():
        if not listed:
            raise ValueError(f"the list {name!r} has no words")
    return value


def _one_line(value: str) -> str | None:
    return line(value) or None


def _engine(value: str) -> str:
    if value not in engines.offered():
        raise NotOneOf("engine", value, engines.offered())
    return value


Side = Annotated[int, Field(ge=32, le=2048)]
Colour = Annotated[str, BeforeValidator(_colour)]
FormatName = Annotated[Format, BeforeValidator(format_name)]
Size = Annotated[tuple[Side, Side], BeforeValidator(size)]
WideSide = Annotated[int, Field(ge=32, le=16_384)]
WideSize = Annotated[tuple[WideSide, WideSide], BeforeValidator(size)]
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
StyleNames = Annotated[tuple[str, ...], Field(max_length=MAX_STYLES), AfterValidator(_style_names)]
StylePictures = Annotated[
    dict[str, UploadKey], Field(max_length=MAX_STYLES), AfterValidator(_style_pictures)
]
MaskNames = Annotated[
    tuple[str, ...], Field(min_length=1, max_length=MAX_MASKS), AfterValidator(masks.expand)
]
ShownName = Annotated[
    str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_shown_name)
]
"""What a file is called where people read of it."""
Sources = Annotated[tuple[UploadKey, ...], Field(min_length=2, max_length=MAX_SOURCES)]
SourceNames = Annotated[
    tuple[ShownName, ...], Field(max_length=MAX_SOURCES), AfterValidator(_source_names)
]
KeyOfEach = Annotated[tuple[UploadKey | None, ...], Field(max_length=MAX_SOURCES)]
"""An upload for each source, None for one that has none."""
MaskFiles = Annotated[
    dict[ShownName, UploadKey | KeyOfEach],
    Field(min_length=1, max_length=MAX_MASK_FILES),
    AfterValidator(_mask_files),
]
WordLists = Annotated[
    dict[str, Annotated[tuple[Prompt, ...], Field(max_length=MAX_PROMPTS)]],
    Field(max_length=MAX_WORD_LISTS),
    AfterValidator(_word_lists),
]
Title = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
EngineName = Annotated[str, AfterValidator(_engine)]
