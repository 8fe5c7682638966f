"""What a caller can do: each route of the API is one of these, and who may is said of these."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "use",  # what is about no collage: the catalogue, uploads, estimates
    "list",  # the collages that one may read
    "start",
    "read",
    "choose",
    "export",
    "assemble",
    "cancel",
    "share",
    "delete",
]

CHANGING: frozenset[Action] = frozenset(
    {"start", "choose", "export", "assemble", "cancel", "share", "delete"}
)
"""Those that leave something behind; the log says who did them."""
