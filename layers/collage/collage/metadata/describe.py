"""What is said of a tile, and of a collage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import collage
from collage import engines
from collage.digest import canonical
from collage.metadata import parameters, properties
from collage.metadata.contents import Description
from collage.metadata.packing import MAX_RECORD

if TYPE_CHECKING:
    from collage.manifest import Manifest, TileRecord
    from collage.plan import Plan
    from collage.tile import Tile

RECORD_VERSION = 1

_ELSEWHERE = {"tiles", "cells", "layout", "geometry", "files"}
"""What of the manifest is said in another form, or of files that are not beside a picture."""


def describe_tile(tile: Tile) -> Description:
    """What a tile's picture says: its conditioning, and nothing of when or at what cost.

    The same tile is described in the same bytes whenever, and by whichever run, it is made.
    """
    record = {
        "kind": "tile",
        "version": RECORD_VERSION,
        "pack": collage.__version__,
        "key": tile.key,
        "tile": tile.model_dump(mode="json"),
    }
    options = dict(tile.options)
    negative = options.pop("negative_prompt", "")
    pairs: dict[str, object] = {
        "Steps": parameters.steps(options),
        "Seed": tile.seed,
        "Sample": tile.sample,
        "Size": f"{tile.size[0]}x{tile.size[1]}",
        "Model": tile.model,
        "Engine": tile.engine,
        "Mask mode": "Inpaint masked" if tile.mask is not None else None,
        "Mask": tile.mask,
        "Styles": parameters.joined(tile.styles),
        "Version": properties.PRODUCT,
    }
    taken = {"negative prompt", *map(str.lower, pairs)}
    for name, value in sorted(options.items())[: parameters.MOST_OPTIONS]:
        if parameters.label(name).lower() not in taken:
            pairs[parameters.label(name)] = value
    trained = engines.trained(tile.engine)
    return Description(
        parameters=parameters.compose(tile.prompt, pairs, negative),
        record=canonical(record),
        properties=properties.compose(
            properties.tile_source_type(trained, tile.source is not None),
            (tile.prompt, tile.engine, tile.model) if trained else None,
        ),
    )


def describe_collage(plan: Plan, manifest: Manifest) -> Description:
    """What a collage's picture says: the plan, and what became of each tile and cell of it.

    The layout is the manifest's, which need not be the plan's: tiles can be laid out again. Of
    the source only digest, format and size are told: the name of somebody's file is not.

    The convention for grids (``Script: X/Y/Z plot`` with the axes' types and values) is not
    used: it says that the cells of a column share a value, and here the cells are shuffled.
    """
    asked, layout = plan.request, manifest.layout
    whole = plan.model_dump(mode="json")
    if whole["source"] is not None:
        whole["source"]["key"] = ""
    record = {
        "kind": "collage",
        "version": RECORD_VERSION,
        "pack": collage.__version__,
        "plan": whole,
        "run": manifest.model_dump(
            mode="json", exclude={"tiles", "cells", "layout", "geometry", "files"}
        ),
        "geometry": manifest.geometry.model_dump(mode="json"),
        "tiles": [_tile_end(tile) for tile in manifest.tiles],
        "cells": {
            "tile": [cell.tile for cell in manifest.cells],
            "planned": [cell.planned for cell in manifest.cells],
            "state": [cell.state for cell in manifest.cells],
        },
    }
    if len(canonical(record)) > MAX_RECORD:
        # Tens of thousands of prompts that are pages long: template and styles tell them too.
        for tile in (*whole["tiles"], *whole["spares"]):
            tile["prompt"] = ""
    prompt, model = _prompt(plan), plan.tiles[0].model
    used = {tile.mask for tile in plan.tiles if tile.mask is not None}
    pairs: dict[str, object] = {
        "Steps": 1,
        "Seed": asked.seed,
        "Size": f"{asked.size[0]}x{asked.size[1]}",
        "Model": model,
        "Engine": asked.engine,
        "Mask mode": "Inpaint masked" if used else None,
        "Masks": parameters.joined([m for m in asked.masks if m in used] or sorted(used)),
        "Subjects": parameters.joined(asked.subjects or ()),
        "Rows": layout.rows,
        "Cols": layout.cols,
        "Tiles": len(plan.tiles),
        "Styles": parameters.joined(plan.styles.styles),
        "Version": properties.PRODUCT,
    }
    trained = engines.trained(asked.engine)
    # IPTC's `composite` leaves open what the parts are; the other one says that a model made some.
    source_type = "compositeWithTrainedAlgorithmicMedia" if trained else "composite"
    return Description(
        parameters=parameters.compose(prompt, pairs),
        record=canonical(record),
        properties=properties.compose(
            source_type, (prompt, asked.engine, model) if trained else None
        ),
    )


def _prompt(plan: Plan) -> str:
    """What the collage was asked for by: the template of its styles, or its own prompt.

    Where neither was given, it is what all tiles have in common.
    """
    asked = plan.request
    if plan.styles.styles:
        return asked.prompt_template
    if asked.prompt is not None:
        return asked.prompt
    prompts = {tile.prompt for tile in plan.tiles}
    return prompts.pop() if len(prompts) == 1 else ""


def _tile_end(record: TileRecord) -> dict[str, Any]:
    """What became of a tile. What was planned of it stands in the plan."""
    end = record.model_dump(
        mode="json", exclude={"index", "tile", "refused"}, exclude_defaults=True
    )
    if record.refused is not None:
        end["refused"] = record.refused.key
        end["tile"] = record.tile.model_dump(mode="json")
    return end
