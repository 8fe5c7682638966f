"""The twenty-six looks that one of the networks has learned, by names of our own.

The network came without names. These say what a look looks like, and nothing of who painted what
it was learned from; docs/stylizer.jpg shows each.
"""

from __future__ import annotations

LOOKS = (
    "Dry Fresco",
    "Yellow Leadlight",
    "Pale Charcoal",
    "Stained Glass",
    "Red Tempera",
    "Autumn Impasto",
    "Indigo Bubbles",
    "Primaries on Black",
    "Coloured Ink",
    "Batik",
    "Sanguine",
    "Ochre Etching",
    "Lilac Pastel",
    "Lime Gouache",
    "Pale Watercolour",
    "Cracked Porcelain",
    "Blue Crayon",
    "Woven Ribbons",
    "Olive Woodcut",
    "Blue Swirls",
    "Red Velvet",
    "Pink Cut-outs",
    "Slate Outlines",
    "Dusk Haze",
    "Blue Ink Print",
    "Bronze Relief",
)
"""In the order of the network's weights."""

CHOSEN = (
    "Stained Glass",
    "Blue Swirls",
    "Coloured Ink",
    "Lime Gouache",
    "Pink Cut-outs",
    "Sanguine",
    "Cracked Porcelain",
    "Primaries on Black",
    "Blue Ink Print",
    "Lilac Pastel",
    "Autumn Impasto",
    "Yellow Leadlight",
    "Olive Woodcut",
    "Red Tempera",
    "Ochre Etching",
)
"""Those that differ most from each other, and leave most of a picture to be seen."""
