"""IPTC's terms for how a picture came to be, and by what system."""

import collage
from collage.metadata.parameters import LONGEST_PROMPT, LONGEST_VALUE
from collage.metadata.text import line

PRODUCT = f"combinatoric-collage {collage.__version__}"

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def tile_source_type(trained: bool, from_source: bool) -> str:
    """IPTC's term for how a tile came to be.

    A painted tile is no `algorithmicMedia`, which is made by an algorithm alone: it is the source
    altered by algorithms that somebody chose, its subject still there. Nor is it
    `compositeSynthetic`, by which IPTC means that a part is by generative AI.
    """
    if trained:
        return "compositeWithTrainedAlgorithmicMedia" if from_source else "trainedAlgorithmicMedia"
    return "algorithmicallyEnhanced" if from_source else "algorithmicMedia"


def compose(source_type: str, system: tuple[str, str, str] | None) -> tuple[tuple[str, str], ...]:
    """XMP for a kind of source; ``system`` is prompt, engine and model where one was trained."""
    said = [
        ("Iptc4xmpExt:DigitalSourceType", SOURCE_TYPES + source_type),
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
