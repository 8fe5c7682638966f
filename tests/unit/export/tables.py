"""Manifests of tiles that were never made: what is known of them is enough for names and slices."""

from collage.manifest import CellRecord, Files, Manifest, TileRecord
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.tile import Tile

TILE = {
    "operation": "inpaint",
    "prompt": "p",
    "mask_sha256": None,
    "source": None,
    "engine": "painter",
    "model": "painter-1",
    "options": {},
    "size": (64, 64),
    "sample": None,
    "preserve": True,
}


def table(rows, cols, styles=("Cubism",), masks=(None,), axes=()):
    """A collage of rows times cols tiles, whose styles and masks take turns."""
    count = rows * cols
    tiles = [
        Tile(**TILE, styles=(styles[i % len(styles)],), mask=masks[i % len(masks)], seed=7)
        for i in range(count)
    ]
    records = tuple(
        TileRecord(index=i, key=f"{i:064x}", state="done", tile=tile, axes=axes[i] if axes else {})
        for i, tile in enumerate(tiles)
    )
    cells = tuple(range(count))
    return Manifest(
        id="0" * 20,
        recipe="collage",
        title=None,
        created="2026-01-15T09:31:40+00:00",
        styles_origin="request",
        styles_model=None,
        source=None,
        seed=7,
        layout=Layout(rows=rows, cols=cols, cell=(32, 32), gap=0, cells=cells),
        geometry=Geometry(
            rows=rows, cols=cols, cell=(32, 32), gap=0, offset=(0, 0), step=(32, 32),
            visible=(32, 32), label=0, size=(32 * cols, 32 * rows),
        ),
        files=Files(collage="collage.png", source=None, masks={}),
        tile_counts={"done": count},
        cell_counts={"done": count},
        render_seconds=0,
        usd=0,
        asked_again=0,
        stopped=None,
        tiles=records,
        cells=tuple(
            CellRecord(row=i // cols, col=i % cols, state="done", tile=i, planned=i) for i in cells
        ),
    )  # fmt: skip
