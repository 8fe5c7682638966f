"""The models that are there: by which ids, in which Regions, at what pace and price.

Paces are AWS's default quotas; prices are in US dollars, as far as known in November 2026.
"""

from dataclasses import dataclass

US_REGIONS = ("us-west-2", "us-east-1", "us-east-2")
"""The Regions of the geographic profile `us.`, as sources and as destinations."""


@dataclass(frozen=True)
class Model:
    """One model, by the name that error messages and tests call it."""

    name: str
    id: str
    usd: float
    """A picture, or a thousand tokens of an answer."""
    per_minute: int
    """Calls from one source Region."""
    profiles: tuple[str, ...] = ()
    """The prefixes by which it is asked; none where the bare id is."""
    regions: tuple[str, ...] = US_REGIONS
    product: str | None = None
    """What has to be subscribed to in AWS Marketplace; None for Amazon's own models."""
    text: bool = False
    sampling: bool = True

    @property
    def provider(self) -> str:
        """Whose model it is."""
        return {"stability": "Stability AI", "amazon": "Amazon", "anthropic": "Anthropic"}[
            self.id.partition(".")[0]
        ]


SERVICES = "stability-image-services"


def _service(name: str, id_: str, usd: float, per_minute: int = 20) -> Model:
    return Model(name, f"stability.{id_}", usd, per_minute, ("us.",), product=SERVICES)


def _picture(name: str, id_: str, usd: float, per_minute: int) -> Model:
    return Model(name, f"stability.{id_}", usd, per_minute, (), ("us-west-2",), f"stability-{name}")


MODELS = (
    _picture("core", "stable-image-core-v1:1", 0.04, 90),
    _picture("ultra", "stable-image-ultra-v1:1", 0.14, 10),
    _picture("sd3.5-large", "sd3-5-large-v1:0", 0.08, 15),
    _service("inpaint", "stable-image-inpaint-v1:0", 0.07),
    _service("outpaint", "stable-outpaint-v1:0", 0.06, 4),
    _service("erase", "stable-image-erase-object-v1:0", 0.07),
    _service("search-replace", "stable-image-search-replace-v1:0", 0.07),
    _service("search-recolor", "stable-image-search-recolor-v1:0", 0.07),
    _service("remove-background", "stable-image-remove-background-v1:0", 0.07),
    _service("control-structure", "stable-image-control-structure-v1:0", 0.07),
    _service("control-sketch", "stable-image-control-sketch-v1:0", 0.07),
    _service("style-guide", "stable-image-style-guide-v1:0", 0.07),
    _service("style-transfer", "stable-style-transfer-v1:0", 0.08),
    _service("fast-upscale", "stable-fast-upscale-v1:0", 0.03),
    _service("conservative-upscale", "stable-conservative-upscale-v1:0", 0.40, 4),
    _service("creative-upscale", "stable-creative-upscale-v1:0", 0.60, 4),
    Model(
        "nova-2-lite",
        "amazon.nova-2-lite-v1:0",
        0.00275,
        2000,
        ("us.", "global."),
        text=True,
    ),
    Model("nova-micro", "amazon.nova-micro-v1:0", 0.00014, 2000, ("us.", ""), text=True),
    Model(
        "claude-haiku-4.5",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        0.0055,
        1000,
        ("us.", "global."),
        product="anthropic",
        text=True,
    ),
    Model(
        "claude-haiku-5.5",
        "anthropic.claude-haiku-5-5",
        0.00055,
        1000,
        ("us.", "global."),
        product="anthropic",
        text=True,
        sampling=False,
    ),
)
NAMES = tuple(model.name for model in MODELS)

RETIRED = frozenset(
    {
        "amazon.nova-canvas-v1:0",
        "amazon.titan-image-generator-v1",
        "amazon.titan-image-generator-v2:0",
        "stability.sd3-large-v1:0",
        "stability.stable-diffusion-xl-v1",
        "stability.stable-image-core-v1:0",
        "stability.stable-image-ultra-v1:0",
    }
)


@dataclass(frozen=True)
class Asked:
    """A model as a request names it: by its bare id, or by a profile."""

    model: Model
    prefix: str

    def profile_arn(self, account: str, region: str) -> str | None:
        """The profile in the source Region; None without one."""
        if not self.prefix:
            return None
        return f"arn:aws:bedrock:{region}:{account}:inference-profile/{self.prefix}{self.model.id}"

    def model_arn(self, region: str) -> str:
        """The model in the Region that does the work: it has no account and no prefix."""
        return f"arn:aws:bedrock:{region}::foundation-model/{self.model.id}"

    def destinations(self, region: str) -> tuple[str, ...]:
        """The Regions that may do the work of a call from this one."""
        return US_REGIONS if self.prefix else (region,)
