"""What the engine refuses before anything is paid: what Bedrock could not, or would not, make."""

from __future__ import annotations

from collage.engines.bedrock import models
from collage.engines.bedrock.models import HOME, MODELS
from collage.engines.bedrock.settings import BedrockSettings
from collage.engines.engine import Wanted
from collage.errors import FieldError, InvalidRequest

MOST_PROMPT = 10_000
"""Characters of a prompt as it is sent."""

STRENGTHS = ("variation", "transfer")
"""Operations that take a strength."""


def check(wanted: Wanted, settings: BedrockSettings) -> None:
    """Refuse what no request to Bedrock could bring.

    Raises:
        InvalidRequest: with the field that is wrong and what it may be.
    """
    prompted = wanted.prompt is None or bool(wanted.prompt.strip())
    model = wanted.model or models.model_of(wanted.operation, prompted, settings.model)
    _model(model, wanted)
    if not MODELS[model].by_profile and HOME not in settings.places:
        raise _invalid(
            "engine",
            f"bedrock can {wanted.operation} in {HOME} only, and this stack asks in "
            f"{settings.regions}; set its parameter BedrockRegion to {settings.regions},{HOME}",
        )
    _options(model, wanted)
    if wanted.prompt is not None:
        _prompt(wanted.prompt, model, wanted)
    _size(wanted)


def _model(model: str, wanted: Wanted) -> None:
    able = [name for name, known in MODELS.items() if wanted.operation in known.operations]
    if model not in able:
        raise _invalid(
            "model",
            f"the engine bedrock cannot {wanted.operation} by {model}; it can by: "
            f"{', '.join(able)}",
            able,
        )


def _options(model: str, wanted: Wanted) -> None:
    if "strength" in wanted.options and wanted.operation not in STRENGTHS:
        raise _invalid("strength", f"the engine bedrock has one for {' and '.join(STRENGTHS)} only")
    if "style_pictures" in wanted.options and wanted.operation != "transfer":
        raise _invalid(
            "style_pictures", "the engine bedrock takes them for the recipe transfer only"
        )
    if "negative_prompt" in wanted.options and model == models.ERASE:
        raise _invalid(
            "negative_prompt",
            "without a prompt the engine bedrock erases, and has no use for one; give a prompt",
        )


def _prompt(prompt: str, model: str, wanted: Wanted) -> None:
    erases = model == models.ERASE
    if not erases and wanted.operation != "upscale" and not prompt.strip():
        raise _invalid("prompt", f"the engine bedrock needs one to {wanted.operation}")
    length = len(models.prompt_of(prompt, model))
    if length > MOST_PROMPT:
        raise _invalid(
            "prompt",
            f"one has {length:,} characters as it is sent, and may have {MOST_PROMPT:,}",
            {"maxLength": MOST_PROMPT},
        )


def _size(wanted: Wanted) -> None:
    width, height = wanted.size
    longest = max(width, height) / min(width, height)
    if wanted.operation == "generate" and longest > models.WIDEST * 1.01:
        raise _invalid(
            "size",
            f"{width}x{height} is more oblong than 21:9, which is the most that the engine bedrock "
            "generates",
        )
    if wanted.operation != "upscale":
        return
    (shortest, widest), (_, most) = models.UPSCALE_SIDES, models.UPSCALE_PIXELS
    if not (shortest <= min(width, height) and max(width, height) <= widest) or (
        width * height > most
    ):
        raise _invalid(
            "upscaler",
            f"stable-fast-upscale takes sides of {shortest} to {widest} pixels and {most:,} "
            f"pixels in all, and the pictures are {width}x{height}; ask for a smaller size or "
            "another upscaler",
        )


def _invalid(field: str, said: str, allowed: object = None) -> InvalidRequest:
    return InvalidRequest(f"{field}: {said}.", [FieldError(field, said, allowed)])
