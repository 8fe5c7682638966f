"""Collages whose cells tell by their colours what they show."""

from PIL import Image

from collage.formats import metadata
from collage.manifest import Failure
from collage.provenance.describe import describe_collage
from collage.sheet.sheet import Sheet
from collage.tile import Sidecar
from collage.verdict import record
from tests.unit.pictures import BLUE, GOLD, GREEN, RED, decode, encode, pixels, plain
from tests.unit.plans import planned
from tests.unit.sheet.drawn import drawn

CREATED = "2026-11-21T11:00:00+00:00"
COLOURS = (RED, GREEN, BLUE, GOLD)
OPTIONS = {
    "styles": ["Cubism", "Baroque", "Op Art"],
    "engine": "openai",
    "quality": "low",
    "rows": 3,
    "cols": 4,
    "cell": 16,
    "size": "64x48",
    "tiles": 4,
    "replace_refused": True,
}


def sidecar(tile, collage, **changes):
    made = {
        "key": tile.key,
        "sha256": "0" * 64,
        "tile": tile,
        "collage": collage,
        "seconds": 2.5,
        "created": CREATED,
        "version": "0",
        "usd": 0.018,
        "outside_changed": 77,
    }
    return Sidecar.model_validate(made | changes)


def collage_of(file_format="PNG", size=None, **options):
    """A collage's file, its plan and its manifest.

    Of the four tiles the first was made, the second reused, a spare took the third's place, and
    the fourth was refused. Each cell has the colour of the tile that it shows.
    """
    plan = planned(**{**OPTIONS, **options})
    sidecars = {
        0: sidecar(plan.tiles[0], plan.id),
        1: sidecar(plan.tiles[1], "another run", usd=0.5, asked_before=1),
        2: sidecar(plan.spares[2], plan.id),
    }
    call = next(number for number, tiles in enumerate(plan.calls) if 3 in tiles)
    refused = Failure(id=plan.id, error="Refused", message="Not this.", created=CREATED, call=call)
    manifest = record(plan, sidecars, {call: refused}, {}, min_share=0.5, created=CREATED)
    width, height = manifest.layout.cell
    cells = {i: pixels(plain((width, height), COLOURS[i])) for i in range(4)}
    sheet = Sheet(manifest.layout, manifest.captions)
    picture = Image.fromarray(drawn(sheet, cells.__getitem__))
    if size is not None:
        picture = picture.resize(size, resample=0)
    file = metadata.embed(encode(picture, file_format), describe_collage(plan, manifest))
    return file, plan, manifest


def size_of(**options):
    """Width and height of a collage's file."""
    return decode(collage_of(**options)[0]).size


def cells_of(manifest, state):
    """Where the cells of a state are."""
    return [(cell.row, cell.col) for cell in manifest.cells if cell.state == state]
