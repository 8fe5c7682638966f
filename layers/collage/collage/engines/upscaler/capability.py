"""What is known of the engine `upscaler`."""

from collage.engines.engine import Capability
from collage.engines.upscaler.models import FILES, MODELS

UPSCALER = Capability(
    operations=frozenset({"upscale"}),
    model=MODELS["span"],
    seeded=True,
    trained=True,
    networks=FILES,
    offered=False,
)
