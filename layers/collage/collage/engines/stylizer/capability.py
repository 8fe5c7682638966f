"""What is known of the engine `stylizer` without loading it."""

from collage.engines.engine import Capability
from collage.engines.stylizer.looks import CHOSEN
from collage.engines.stylizer.models import FILES, MODEL

STYLIZER = Capability(
    operations=frozenset({"generate", "inpaint", "transfer", "variation"}),
    model=MODEL,
    seeded=True,
    trained=True,
    networks=FILES,
    styles=CHOSEN,
    style_pictures=True,
    transferred_again={"strength": "0.6"},
)
