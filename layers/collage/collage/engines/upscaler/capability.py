"""What is known of the engine `upscaler`."""

from collage.engines.engine import Capability
from collage.engines.upscaler.models import MODELS

UPSCALER = Capability(
    operations=frozenset({"upscale"}),
    model=MODELS["span"],
    seeded=True,
    trained=True,
    offered=False,
)
