"""Engines: what renders tiles. A new one is a folder here and a line in the registry.

The folder has what is known of the engine in ``capability.py``, which loads no library, and the
engine itself in ``engine.py``, which is imported only when a tile is made.
"""

from __future__ import annotations

from collections.abc import Sequence

from collage.engines.bedrock.capability import BEDROCK
from collage.engines.bedrock.models import FAST_UPSCALE
from collage.engines.diffusion.capability import DIFFUSION
from collage.engines.engine import Capability
from collage.engines.openai.capability import OPENAI
from collage.engines.original.capability import ORIGINAL
from collage.engines.painter.capability import PAINTER
from collage.engines.provider import Provider
from collage.engines.stylizer.capability import STYLIZER
from collage.engines.upscaler.capability import UPSCALER
from collage.engines.upscaler.models import MODELS as LEARNED
from collage.networks import files
from collage.tile import Operation

ENGINES: dict[str, Capability] = {
    "painter": PAINTER,
    "stylizer": STYLIZER,
    "openai": OPENAI,
    "bedrock": BEDROCK,
    "diffusion": DIFFUSION,
    "upscaler": UPSCALER,
    "original": ORIGINAL,
}
"""Every engine by its name, which is its folder's."""

UPSCALERS = {
    "lanczos": ("painter", "painter-1"),
    **{name: ("upscaler", model) for name, model in LEARNED.items()},
    "stable-fast-upscale": ("bedrock", FAST_UPSCALE),
}
"""The engine and the model that make pictures larger, by what a request asks for."""


def offered() -> tuple[str, ...]:
    """The engines that a request may name."""
    return tuple(name for name, known in ENGINES.items() if known.offered)


def asked(names: Sequence[str], upscaler: str | None) -> list[Provider]:
    """The providers that engines of these names, and what makes pictures larger, ask for money."""
    more = () if upscaler is None else (UPSCALERS[upscaler][0],)
    found = (ENGINES[name].provider for name in (*names, *more))
    return [one for one in found if one is not None]


def providers() -> dict[str, Provider]:
    """Whose services the engines ask for money, by name."""
    return {known.provider.name: known.provider for known in ENGINES.values() if known.provider}


def qualities() -> tuple[str, ...]:
    """What the option ``quality`` may be of any engine."""
    return tuple(dict.fromkeys(one for known in ENGINES.values() for one in known.qualities))


def trained(engine: str) -> bool:
    """Whether the engine holds a trained model, as one does that is not known here."""
    return engine not in ENGINES or ENGINES[engine].trained


def installed(engine: str, model: str | None) -> None:
    """Whether the packages that a model's networks are in are where this process runs.

    Raises:
        EngineUnavailable: with how one that is not there is installed.
    """
    for file in ENGINES[engine].networks.get(model or "", ()):
        files.found(file)


def known_styles(names: Sequence[str]) -> tuple[str, ...]:
    """Styles that all of these engines know beside the default ones."""
    first, *others = (ENGINES[name].styles for name in names)
    return tuple(style for style in first if all(style in known for known in others))


def takes_style_pictures() -> str:
    """The first engine that takes styles from pictures."""
    return next(name for name, known in ENGINES.items() if known.style_pictures)


def embedded(operation: Operation) -> tuple[str, ...]:
    """The engines that a request may name and that do this by themselves, without key or GPU."""
    return tuple(
        name
        for name in offered()
        if operation in (known := ENGINES[name]).operations
        and known.provider is None
        and known.pinned is None
    )


def identity() -> str:
    """The engine that shows a source as it is."""
    return next(name for name, known in ENGINES.items() if known.identity)
