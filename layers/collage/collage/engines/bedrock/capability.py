"""What is known of the engine `bedrock`."""

from collage.engines.bedrock import doors, models
from collage.engines.bedrock.provider import PROVIDER
from collage.engines.engine import Capability

BEDROCK = Capability(
    operations=frozenset({"generate", "inpaint", "outpaint", "transfer", "upscale", "variation"}),
    model=None,
    seeded=True,
    trained=True,
    options=("negative_prompt", "strength"),
    model_of=models.model_of,
    unprompted=frozenset({"inpaint"}),
    working_size=lambda model, size: models.frame("inpaint", size).inner,
    check=doors.check,
    provider=PROVIDER,
    style_pictures=True,
    references=True,
    transferred_again={"strength": "0.5"},
)
