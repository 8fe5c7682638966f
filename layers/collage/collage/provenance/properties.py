"""IPTC's terms for how a picture came to be, and by what system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import collage
from collage import engines
from collage.provenance.parameters import LONGEST_PROMPT, LONGEST_VALUE
from collage.text import line

if TYPE_CHECKING:
    from collage.plan import Plan

PRODUCT = f"combinatoric-collage {collage.__version__}"

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def tile_source_type(trained: bool, from_source: bool) -> str:
    """IPTC's term for how a tile came to be, as its address.

    A painted tile is no `algorithmicMedia`, which is made by an algorithm alone: it is the source
    altered by algorithms that somebody chose, its subject still there. Nor is it
    `compositeSynthetic`, by which IPTC means that a part is by generative AI.
    """
    if trained:
        term = "compositeWithTrainedAlgorithmicMedia" if from_source else "trainedAlgorithmicMedia"
    else:
        term = "algorithmicallyEnhanced" if from_source else "algorithmicMedia"
    return SOURCE_TYPES + term


def collage_source_type(plan: Plan) -> str:
    """IPTC's term for how a collage came to be, as its address.

    IPTC's `composite` leaves open what the parts are; the other one says that a model made some.
    """
    trained = any(engines.trained(tile.engine) for tile in plan.tiles)
    return SOURCE_TYPES + ("compositeWithTrainedAlgorithmicMedia" if trained else "composite")


def compose(source_type: str, system: tuple[str, str, str] | None) -> tuple[tuple[str, str], ...]:
    """XMP for a kind of source; ``system`` is prompt, engine and model where one was trained."""
    said = [
        ("Iptc4xmpExt:DigitalSourceType", source_type),
        ("xmp:CreatorTool", PRODUCT),
    ]
    if system is not None:
        prompt, engine, model = (line(text) for text in system)
        said += [
            ("Iptc4xmpExt:AIPromptInformation", prompt[:LONGEST_PROMPT]),
            ("Iptc4xmpExt:AISystemUsed", engine[:LONGEST_VALUE]),
            ("Iptc4xmpExt:AISystemVersionUsed", model[:LONGEST_VALUE]),
        ]
    return tuple((name, text) for name, text in said if text)
