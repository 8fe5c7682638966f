"""What each picture model takes: its fields, their types and their bounds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fake_bedrock import errors

MAX_PROMPT = 10_000
MAX_SEED = 4_294_967_294
RATIOS = ("16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21")
PRESETS = (
    *("3d-model", "analog-film", "anime", "cinematic", "comic-book", "digital-art"),
    *("enhance", "fantasy-art", "isometric", "line-art", "low-poly", "modeling-compound"),
    *("neon-punk", "origami", "photographic", "pixel-art", "tile-texture"),
)
MODES = ("text-to-image", "image-to-image")
FORMATS = ("jpeg", "png", "webp")
TEXTS = frozenset({"prompt", "negative_prompt", "search_prompt", "select_prompt"})
PICTURES = ("image", "init_image", "style_image", "mask")
SIDES = ("left", "right", "up", "down")


@dataclass(frozen=True)
class Fields:
    """The fields of one model; `bounds` are those of its numbers, whole ones by integers."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    formats: tuple[str, ...] = FORMATS
    most_seed: int = MAX_SEED
    plain_detail: bool = False
    """Whether an unknown field is answered as by the text-to-image models."""

    @property
    def names(self) -> tuple[str, ...]:
        """All that may be sent, in the order that messages list it in."""
        return self.required + self.optional


COMMON = ("negative_prompt", "seed", "output_format")
GROW = {"grow_mask": (0, 20)}
STRUCTURE = Fields(
    ("image", "prompt"), ("control_strength", *COMMON, "style_preset"), {"control_strength": (0, 1)}
)
SEARCH = ("grow_mask", *COMMON, "style_preset")
FIELDS = {
    "core": Fields(
        ("prompt",),
        ("aspect_ratio", *COMMON),
        formats=("jpeg", "png"),
        most_seed=MAX_SEED + 1,
        plain_detail=True,
    ),
    "ultra": Fields(
        ("prompt",),
        ("negative_prompt", "mode", "strength", "seed", "output_format", "image", "aspect_ratio"),
        {"strength": (0, 1)},
        formats=("jpeg", "png"),
        plain_detail=True,
    ),
    "sd3.5-large": Fields(
        ("prompt",),
        ("negative_prompt", "mode", "strength", "seed", "output_format", "image", "aspect_ratio"),
        {"strength": (0, 1)},
        plain_detail=True,
    ),
    "inpaint": Fields(("image", "prompt"), ("mask", "grow_mask", *COMMON, "style_preset"), GROW),
    "outpaint": Fields(
        ("image",),
        (*SIDES, "prompt", "creativity", "seed", "output_format", "style_preset"),
        {"creativity": (0.1, 1.0)} | dict.fromkeys(SIDES, (0, 2000)),
    ),
    "erase": Fields(("image",), ("mask", "grow_mask", "seed", "output_format"), GROW),
    "search-replace": Fields(("image", "prompt", "search_prompt"), SEARCH, GROW),
    "search-recolor": Fields(("image", "prompt", "select_prompt"), SEARCH, GROW),
    "remove-background": Fields(("image",), ("output_format",), formats=("png", "webp")),
    "control-structure": STRUCTURE,
    "control-sketch": STRUCTURE,
    "style-guide": Fields(
        ("image", "prompt"),
        ("aspect_ratio", "fidelity", *COMMON, "style_preset"),
        {"fidelity": (0, 1)},
    ),
    "style-transfer": Fields(
        ("init_image", "style_image"),
        ("prompt", "composition_fidelity", "style_strength", "change_strength", *COMMON),
        {"composition_fidelity": (0, 1), "style_strength": (0, 1), "change_strength": (0.1, 1)},
    ),
    "fast-upscale": Fields(("image",), ("output_format",)),
    "conservative-upscale": Fields(
        ("image", "prompt"), ("creativity", *COMMON), {"creativity": (0.1, 0.5)}
    ),
    "creative-upscale": Fields(
        ("image", "prompt"), ("creativity", *COMMON, "style_preset"), {"creativity": (0.1, 0.5)}
    ),
}
WHOLE = frozenset({"grow_mask", "seed", *SIDES})


def check(name: str, body: Mapping[str, Any]) -> None:
    """Refuse a body that has not the fields, types and bounds of the model of this name."""
    fields = FIELDS[name]
    for key in body:
        if key not in fields.names:
            raise _unknown(name, fields, key)
    for key in fields.required:
        if key not in body:
            raise errors.malformed("", f"required key [{key}] not found")
    for key, value in body.items():
        _check_value(fields, key, value)
    if name in {"ultra", "sd3.5-large"}:
        _check_mode(name, body)
    if name == "outpaint" and not any(body.get(side) for side in SIDES):
        raise errors.detail("At least one of left, right, up, down must be greater than 0")


def _unknown(name: str, fields: Fields, key: str) -> errors.ApiError:
    if fields.plain_detail:
        return errors.detail(f"Invalid field in request. Available fields: {list(fields.names)}")
    return errors.detail(
        f"Invalid field '{key}' in request. Available fields for {name} are: "
        f"{', '.join(fields.names)}"
    )


def _check_value(fields: Fields, key: str, value: object) -> None:
    if key == "seed":
        _check_number(key, value, 0, fields.most_seed)
    elif key in fields.bounds:
        _check_number(key, value, *fields.bounds[key])
    elif not isinstance(value, str):
        raise errors.wrong_type(key, "String", value)
    elif key in TEXTS:
        _check_text(fields, key, value)
    elif key == "output_format":
        _check_word(key, value, fields.formats)
    elif key == "style_preset":
        _check_word(key, value, PRESETS)
    elif key == "aspect_ratio":
        _check_word(key, value, RATIOS)
    elif key == "mode":
        _check_word(key, value, MODES)


def _check_number(key: str, value: object, low: float, high: float) -> None:
    # In Python truth is a number too, in JSON it is not.
    numbers = int if key in WHOLE else int | float
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise errors.wrong_type(key, "Integer" if key in WHOLE else "Number", value)
    if not low <= value <= high:
        raise errors.out_of_bounds(key, low, high, value)


def _check_text(fields: Fields, key: str, value: str) -> None:
    if len(value) > MAX_PROMPT:
        why = f"expected maxLength: {MAX_PROMPT}, actual: {len(value)}"
        raise errors.malformed(f"/{key}", why)
    if key in fields.required and not value.strip():
        raise errors.malformed(f"/{key}", f"expected minLength: 1, actual: {len(value)}")


def _check_word(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise errors.not_among(key, value, allowed)


def _check_mode(name: str, body: Mapping[str, Any]) -> None:
    """Whether a picture is given goes with the mode, and the strength and ratio with both."""
    given = "image" in body
    mode = body.get("mode", MODES[given and name == "ultra"])
    if (mode == "image-to-image") != given:
        raise errors.detail(f"mode '{mode}' {'takes no' if given else 'needs an'} image")
    if given and name == "sd3.5-large" and "strength" not in body:
        raise errors.malformed("", "required key [strength] not found")
    wrong = "aspect_ratio" if given else "strength"
    if wrong in body:
        raise errors.detail(f"{wrong} cannot be sent in mode '{mode}'")
