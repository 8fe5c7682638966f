"""What pictures say that are made of a collage's: its preview, and the tiles of its pyramid.

Each is opened or shared by itself at times, and there are thousands: so they say how they came to
be, in IPTC's terms, and whose they are, and leave all else to the collage and its plan.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from collage.errors import NoMetadata
from collage.formats import jpeg, xmp
from collage.provenance.properties import collage_source_type

if TYPE_CHECKING:
    from collage.formats.description import Found
    from collage.plan import Plan

_PLAN = re.compile("collages/([0-9a-f]{20})/plan.json")


def mark(plan: Plan) -> bytes:
    """The JPEG segment that such a picture of the plan's collage carries."""
    return jpeg.xmp_segment(
        (
            ("Iptc4xmpExt:DigitalSourceType", collage_source_type(plan)),
            ("dc:source", f"collages/{plan.id}/plan.json"),
        )
    )


def collage_id(found: Found) -> str | None:
    """The id of the collage that such a picture is of; None when it does not say so readably."""
    if found.xmp is None:
        return None
    try:
        said = xmp.read_properties(found.xmp.encode())
    except (ElementTree.ParseError, NoMetadata):
        return None
    named = _PLAN.fullmatch(said.get("dc:source", ""))
    return named[1] if named else None
