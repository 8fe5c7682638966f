"""What is said of a tile, and of a collage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import collage
from collage import engines
from collage.digest import canonical
from collage.formats.description import Description
from collage.formats.packing import MAX_RECORD
from collage.pictures.masks import file_of
from collage.provenance import parameters, properties
from collage.provenance.record import Cells, WrittenCollage, WrittenTile
from collage.tile import TRANSFERRED_BY

if TYPE_CHECKING:
    from collage.manifest import Manifest, TileRecord
    from collage.plan import Plan
    from collage.tile import Tile

_SAID_ELSEWHERE = {"tiles", "cells", "layout", "geometry", "files"}
"""Of the manifest: what the record has in another form, or files that are not beside a picture."""


def describe_tile(tile: Tile) -> Description:
    """What a tile's picture says: its conditioning, and nothing of when or at what cost.

    The same tile is described in the same bytes whenever, and by whichever run, it is made.
    """
    record = WrittenTile(pack=collage.__version__, key=tile.key, tile=tile.model_dump(mode="json"))
    options = dict(tile.options)
    negative = options.pop("negative_prompt", "")
    pairs: dict[str, object] = {
        "Steps": parameters.steps(options),
        "Sampler": parameters.sampler(tile.engine, options),
        "Seed": tile.seed,
        "Schedule type": parameters.UNKNOWN if tile.seed is None else None,
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
    # What is composed of a transfer was made by whatever made that.
    maker = tile.options.get(TRANSFERRED_BY, tile.engine)
    trained = engines.trained(maker)
    return Description(
        parameters=parameters.compose(tile.prompt, pairs, negative),
        record=canonical(record.model_dump(mode="json")),
        properties=properties.compose(
            properties.tile_source_type(trained, tile.source is not None),
            (tile.prompt, maker, tile.model) if trained else None,
        ),
    )


def describe_collage(plan: Plan, manifest: Manifest) -> Description:
    """What a collage's picture says: the plan, and what became of each tile and cell of it.

    The layout is the manifest's, which need not be the plan's: tiles can be laid out again. Of
    the source only digest, format and size are told: the name of somebody's file is not.
    """
    prompt = _prompt(plan)
    # Of a table of engines, those that hold a model, each with the models that it had.
    trained = [tile for tile in plan.tiles if engines.trained(tile.engine)]
    system = _all(tile.engine for tile in trained), _all(tile.model for tile in trained)
    return Description(
        parameters=parameters.compose(prompt, _pairs(plan, manifest)),
        record=_record(plan, manifest),
        properties=properties.compose(
            properties.collage_source_type(plan), (prompt, *system) if trained else None
        ),
    )


def _record(plan: Plan, manifest: Manifest) -> bytes:
    """The plan, without the key of the source, and what came of it."""
    whole = plan.model_dump(mode="json")
    for source in (whole["source"], *whole.get("sources", ())):
        if source is not None:
            source["key"] = ""
    record = WrittenCollage(
        pack=collage.__version__,
        plan=whole,
        run=manifest.model_dump(mode="json", exclude=_SAID_ELSEWHERE),
        geometry=manifest.geometry,
        tiles=tuple(map(_tile_end, manifest.tiles)),
        cells=Cells(
            tile=tuple(cell.tile for cell in manifest.cells),
            planned=tuple(cell.planned for cell in manifest.cells),
            state=tuple(cell.state for cell in manifest.cells),
        ),
    )
    written = canonical(record.model_dump(mode="json"))
    if len(written) > MAX_RECORD:
        # Tens of thousands of prompts that are pages long: template and styles tell them too.
        for tile in (*record.plan["tiles"], *record.plan["spares"]):
            tile["prompt"] = ""
        written = canonical(record.model_dump(mode="json"))
    return written


def _pairs(plan: Plan, manifest: Manifest) -> dict[str, object]:
    """What the parameters say beside the prompt, in the order in which it stands there."""
    asked, layout = plan.request, manifest.layout
    used = {plan.origins.mask(tile) or tile.mask for tile in plan.tiles if tile.mask is not None}
    named = [file_of(mask) or mask for mask in asked.masks]
    # Those that were changed one by one may be of other models.
    of_all = (tile for index, tile in enumerate(plan.tiles) if index not in plan.changes)
    return {
        "Steps": 1,
        "Sampler": asked.engine,
        "Seed": asked.seed,
        "Size": f"{asked.size[0]}x{asked.size[1]}",
        "Model": next(of_all, plan.tiles[0]).model,
        "Engine": asked.engine,
        "Mask mode": "Inpaint masked" if used else None,
        "Masks": parameters.joined([m for m in named if m in used] or sorted(used)),
        "Subjects": parameters.joined(asked.subjects or ()),
        "Rows": layout.rows,
        "Cols": layout.cols,
        "Tiles": len(plan.tiles),
        "Styles": parameters.joined(plan.styles.styles),
        **_script(plan, manifest),
        "Version": properties.PRODUCT,
    }


def _all(names: Iterable[str]) -> str:
    """Names as one, each once."""
    return " + ".join(dict.fromkeys(names))


def _script(plan: Plan, manifest: Manifest) -> dict[str, str]:
    """The web UIs' convention for grids, where the picture is a table; it has room for three axes.

    It says that the cells of a column share a value, as those of other collages do not.
    """
    layout = manifest.layout
    if not layout.column_axis:
        return {}
    # The last axis of the rows is that of the rows of one block; the one before tells blocks apart.
    blocks = [name for name in layout.row_axis.split(", ") if name]
    headers = {layout.column_axis: layout.column_headers}
    headers |= {blocks[0]: layout.row_headers} if len(blocks) == 1 else {}
    said = {"Script": "X/Y/Z plot"}
    for letter, name in zip("XYZ", [layout.column_axis, *reversed(blocks)], strict=False):
        values = headers.get(name) or dict.fromkeys(place.get(name, "") for place in plan.axes)
        said[f"{letter} Type"] = parameters.label(name)
        said[f"{letter} Values"] = parameters.joined(values)
    return said


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
    # The hash is known once the picture that says this is written.
    end = record.model_dump(
        mode="json", exclude={"index", "tile", "refused", "dhash"}, exclude_defaults=True
    )
    if record.refused is not None:
        end["refused"] = record.refused.key
        end["tile"] = record.tile.model_dump(mode="json")
    return end
