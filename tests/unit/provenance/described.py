"""Tiles and collages that are described, and readers of what is said of them."""

import re
from xml.etree import ElementTree

from collage.provenance.describe import describe_tile
from collage.tile import Sidecar, Tile
from collage.verdict import record
from tests.unit.plans import planned

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NOW = "2026-11-21T11:00:00+00:00"


def a_tile(**changes):
    made = {
        "operation": "inpaint",
        "prompt": "in the style of Cubism and Baroque",
        "styles": ("Cubism", "Baroque"),
        "mask": "top",
        "mask_sha256": "a" * 64,
        "source": "b" * 64,
        "engine": "openai",
        "model": "gpt-image-2.5",
        "options": {"quality": "low"},
        "size": (48, 32),
        "seed": None,
        "sample": 2,
        "preserve": True,
    }
    return Tile.model_validate(made | changes)


def a_sidecar(plan, tile):
    return Sidecar(
        key=tile.key,
        sha256="0" * 64,
        tile=tile,
        collage=plan.id,
        seconds=1.5,
        created="2026-11-21T10:00:00+00:00",
        version="0",
        usd=0.01,
    )


def a_collage(**options):
    plan = planned(**{"rows": 2, "cols": 3, "cell": 16, **options})
    sidecars = {i: a_sidecar(plan, tile) for i, tile in enumerate(plan.tiles)}
    return plan, record(plan, sidecars, {}, {}, min_share=0.9, created=NOW)


def described(tile=None):
    return describe_tile(tile or a_tile())


def web_ui(parameters):
    """Parameters as the web UI takes them apart: prompt, negative prompt, pairs."""
    pair = re.compile(r'\s*([\w ]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
    *lines, last = parameters.strip().split("\n")
    if len(pair.findall(last)) < 3:
        lines.append(last)
        last = ""
    texts, key = {"prompt": [], "negative": []}, "prompt"
    for text in lines:
        if text.strip().startswith("Negative prompt:"):
            key = "negative"
        texts[key].append(text.strip().removeprefix("Negative prompt:").strip())
    pairs = pair.findall(last)
    assert len(dict(pairs)) == len(pairs)
    return "\n".join(texts["prompt"]), "\n".join(texts["negative"]), dict(pairs)


def properties(xmp):
    """The properties in a packet by local name, which stand in one rdf:Description."""
    root = ElementTree.fromstring(xmp)
    (description,) = root[0]
    assert all(len(element) == 0 for element in description)
    names = [element.tag.rsplit("}", 1)[1] for element in description]
    assert len(set(names)) == len(names)
    return {name: element.text for name, element in zip(names, description, strict=True)}
