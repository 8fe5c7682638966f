"""What is known of the engine `stylizer` without loading it."""

from collage.engines.engine import Capability
from collage.engines.stylizer.looks import CHOSEN

STYLIZER = Capability(
    operations=frozenset({"generate", "inpaint", "transfer", "variation"}),
    model="stylizer-2",
    seeded=True,
    trained=True,
    styles=CHOSEN,
    style_pictures=True,
)
