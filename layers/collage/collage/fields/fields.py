"""The fields of a request, without the rules that hold between them. Recipes read these."""

from typing import Annotated, Literal

from pydantic import Field

from collage import engines
from collage.engines.diffusion import operations
from collage.engines.upscaler.models import Upscaler
from collage.fields import values
from collage.fields.again import Changes
from collage.fields.values import (
    LEAST_DPI,
    MAX_STYLES,
    MOST_DPI,
    Anchor,
    Colour,
    EngineName,
    Fit,
    FormatName,
    MaskFiles,
    MaskNames,
    Order,
    Prompt,
    Rect,
    Size,
    SourceNames,
    Sources,
    StyleNames,
    StylePictures,
    Title,
    WideSize,
    Word,
    WordLists,
)
from collage.formats import FORMATS
from collage.frozen import Frozen
from collage.names import UploadKey
from collage.pictures import masks
from collage.text import either
from collage.weights import Scheduler
from collage.words import styles
from collage.words.seeds import MAX_SEED, RANDOM

MAX_AXIS = 200
"""Values of an axis."""

MOST_SIDE = 1000
"""Rows, and columns, of cells."""

Axes = Annotated[
    dict[str, Annotated[tuple[Word, ...], Field(max_length=MAX_AXIS)]], Field(max_length=MAX_AXIS)
]


def unused(value: object) -> bool:
    """Whether a field that came after the first ids and plans was left open: so they stay."""
    return value is None


class Fields(Frozen, extra="forbid"):
    """What a request can say. Every field has a default; unknown fields are refused.

    What recipes and axes there are, `Request` says, which knows them.
    """

    recipe: str = "collage"
    prompt: Prompt | None = Field(
        default=None,
        description="what to make; {a|b} makes one for each, __name__ one for each word of a list",
    )
    subjects: tuple[Prompt, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="rows of a matrix"
    )
    axes: Axes = Field(default={})
    grid_size: int | None = Field(
        default=None, ge=1, le=100, description="rows and columns of samples; unless given, 3"
    )
    count: int | None = Field(
        default=None, ge=1, le=1000, description="pictures of the same; unless given, 4 or 1"
    )
    sources: Sources | None = Field(
        default=None,
        exclude_if=unused,
        description="uploaded pictures in place of one source: each of them is an axis's value",
    )
    source_names: SourceNames | None = Field(
        default=None,
        exclude_if=unused,
        description="what the sources are called; unless given, as their files in the bucket are",
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
    words: WordLists = Field(default={}, description="word lists for __name__ in prompts")
    sample: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="prompts to draw by the seed of all that a text stands for; unless given, all",
    )
    styles: StyleNames | None = Field(
        default=None, description="unless given, they are listed for you"
    )
    style_pictures: StylePictures | None = Field(
        default=None,
        exclude_if=unused,
        description="uploaded pictures that styles are taken from, by the styles' names",
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
    masks: MaskNames = Field(
        default=masks.SETS["halves"],
        description="of: "
        + ", ".join([*masks.SETS, *masks.MASKS])
        + f"; or {masks.FILE}NAME, one of mask_files",
    )
    mask_files: MaskFiles | None = Field(
        default=None,
        exclude_if=unused,
        description="masks of one's own, by their names: uploaded pictures of the source's shape, "
        "what is transparent of them, or white; a list has one for each of several sources, null "
        "for one without",
    )
    rows: int = Field(default=10, ge=1, le=MOST_SIDE, description="rows of cells")
    cols: int = Field(default=10, ge=1, le=MOST_SIDE, description="columns of cells")
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
    title: Title | None = Field(default=None, description="written above the cells")
    font: UploadKey | None = Field(
        default=None,
        exclude_if=unused,
        description="to write with before others: an uploaded TrueType or OpenType font",
    )
    border: int = Field(default=0, ge=0, le=1024, description="pixels around the cells")
    background: Colour = Field(
        default="white", description="colour of gaps, border and labels: a name, or #rrggbb"
    )
    format: FormatName = Field(default="png", description=f"of the collage: {either(FORMATS)}")
    dpi: int | None = Field(
        default=None,
        ge=LEAST_DPI,
        le=MOST_DPI,
        exclude_if=unused,
        description="pixels of an inch that the picture says of itself, as png or jpeg",
    )
    joined: bool = Field(
        default=True,
        exclude_if=lambda joined: joined,
        description="join the tiles into one picture; without it there are tiles, preview and page",
    )
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
    engine: EngineName = Field(
        default="painter", description=f"what makes the tiles: {either(engines.offered())}"
    )
    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="unless given, what the stack is set to",
    )
    quality: str | None = Field(default=None, description="of: " + ", ".join(engines.qualities()))
    guidance_scale: operations.Guidance | None = Field(
        default=None, description="how closely to follow the prompt"
    )
    num_inference_steps: operations.Steps | None = Field(
        default=None, description="denoising steps"
    )
    strength: operations.Strength | None = Field(
        default=None, description="how far to go from the source, up to 1"
    )
    scheduler: Scheduler | None = Field(default=None, description="of the denoising")
    negative_prompt: operations.NegativePrompt | None = Field(
        default=None, description="what not to show"
    )
    upscale: Literal[2, 4] | None = Field(
        default=None, description="make every picture larger by 2 or 4 at the end"
    )
    upscaler: Upscaler | None = Field(
        default=None,
        exclude_if=unused,
        description="how: lanczos, span, on a laptop realesrgan, or stable-fast-upscale, which "
        "Bedrock is paid for; unless given, span, or what the engine itself has",
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
    again: Changes | None = Field(
        default=None,
        exclude_if=unused,
        description="single tiles made otherwise than the request has them, by their numbers",
    )

    @property
    def unfolded_engines(self) -> tuple[str, ...]:
        """The engines of its tiles as they are unfolded, before single ones are changed."""
        return self.axes.get("engine") or (self.engine,)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that it asks, in this order."""
        changed = (change.engine for change in (self.again or {}).values())
        return tuple(dict.fromkeys([*self.unfolded_engines, *filter(None, changed)]))

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Width and height of its tiles: one, or those of an axis."""
        return tuple(map(values.size, self.axes.get("size", ()))) or (self.size,)

    @property
    def source_count(self) -> int:
        """How many sources it has; one where it may have none."""
        return len(self.sources or ("",))

    @property
    def drawn_count(self) -> int:
        """How many masks it has, each counted for every source that it is there of."""
        return sum(len(self.masks_of(source)) for source in range(self.source_count))

    def masks_of(self, source: int) -> tuple[str, ...]:
        """The masks that there are of the source of this number, of those that are asked for."""
        return tuple(name for name in self.masks if self.has_mask(name, source))

    def has_mask(self, mask: str, source: int) -> bool:
        """Whether there is this mask of this source: a file may be given for others alone."""
        file = (self.mask_files or {}).get(masks.file_of(mask) or "")
        return file is None or isinstance(file, str) or file[source] is not None

    @property
    def style_total(self) -> int:
        """How many styles it has: that are named, or that are to be listed."""
        if self.styles is not None:
            return len(self.styles)
        return self.style_count or len(styles.default(more=self.known_styles))

    @property
    def known_styles(self) -> tuple[str, ...]:
        """Styles that its engines know beside the default ones."""
        return engines.known_styles(self.unfolded_engines)

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

    def cell_of(
        self, size: tuple[int, int], cell: tuple[int, int] | None = None
    ) -> tuple[int, int]:
        """Width and height that a tile of this size has in its cell, or in one of another layout.

        It is all of the cell where tiles have one size, and elsewhere as much as its shape leaves.
        """
        width, height = cell or self.shown_size
        if len(self.sizes) == 1:
            return width, height
        scale = min(width / size[0], height / size[1])
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


OPTIONS = tuple(
    name
    for name in Fields.model_fields
    if any(name in known.options for known in engines.ENGINES.values())
)
"""Fields that an engine is given as options, where it has them."""

SEARCH_AND_REPLACE = "prompt_sr"
"""The axis whose first value is looked for in prompts, and replaced by each (A1111: Prompt S/R)."""

AXES = ("engine", "model", "seed", *OPTIONS, "size", "combine", SEARCH_AND_REPLACE)
"""What a table can have as further axes: fields of the request, and one of the prompt's text."""
