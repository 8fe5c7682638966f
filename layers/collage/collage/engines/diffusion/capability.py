"""What is known of the engine `diffusion`."""

from collage.engines.diffusion import operations, shards
from collage.engines.engine import Capability

DIFFUSION = Capability(
    operations=frozenset(operations.OPTIONS),
    model=None,
    seeded=True,
    trained=True,
    batch=shards.BATCH,
    alike=shards.alike,
    options=operations.SAMPLING,
    style_pictures=True,
    style_pictures_of=operations.takes_style_pictures,
    pinned=operations.model,
    families=operations.FAMILIES,
)
