"""What is known of the engine `painter`."""

from collage.engines.engine import Capability

PAINTER = Capability(
    operations=frozenset({"generate", "inpaint", "outpaint", "variation", "upscale"}),
    model="painter-1",
    seeded=True,
    trained=False,
)
