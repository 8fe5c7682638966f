"""``python -m supply.sbom``: what layers, page and image hold, as CycloneDX 1.6.

Each place is a component, and what it holds are its components, so that a package in two of them
stands in both. Names and versions are those of the lock files; licences are told where the package
is installed beside this.
"""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import Any

from supply import shipped
from supply.shipped import Component


def document() -> dict[str, Any]:
    """The bill of materials."""
    found = [*shipped.layers(), *shipped.page(), *shipped.image()]
    places = [
        {
            "type": "container" if where == "image" else "application",
            "bom-ref": where,
            "name": where,
            "components": [_component(one) for one in components],
        }
        for where, components in groupby(found, key=lambda one: one.where)
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "combinatoric-collage",
                "name": "combinatoric-collage",
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": places,
    }


def _component(one: Component) -> dict[str, Any]:
    licences = [{"license": {"name": one.licence}}] if one.licence else []
    return {
        "type": "container" if one.purl.startswith("pkg:docker/") else "library",
        "bom-ref": f"{one.where}/{one.purl}",
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        **({"licenses": licences} if licences else {}),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")
