"""What is known of the engine `original`."""

from collage.engines.engine import Capability

ORIGINAL = Capability(
    operations=frozenset({"reconstruct"}),
    model="none",
    seeded=True,
    trained=False,
    identity=True,
    offered=False,
)
