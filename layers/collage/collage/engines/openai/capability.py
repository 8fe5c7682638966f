"""What is known of the engine `openai`."""

from collage.engines.engine import Capability
from collage.engines.openai import models, prices
from collage.engines.openai.provider import PROVIDER

OPENAI = Capability(
    operations=frozenset({"generate", "inpaint", "outpaint", "transfer", "variation"}),
    model=None,
    seeded=False,
    trained=True,
    batch=10,
    options=("quality",),
    qualities=models.QUALITIES,
    qualities_of=prices.qualities,
    working_size=lambda model, size: models.frame(model, size).inner,
    provider=PROVIDER,
    style_pictures=True,
    references=True,
)
