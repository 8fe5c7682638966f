"""The template as it is shipped, for what is calculated from it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from combinatoric_collage.local.template import parse

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"


@cache
def template() -> dict[str, Any]:
    """template.yaml, its short tags written out."""
    return parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE)


def parameter(name: str) -> float:
    """The default of a parameter that is a number."""
    return float(template()["Parameters"][name]["Default"])
