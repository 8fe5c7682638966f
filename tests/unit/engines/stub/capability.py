"""What is known of the engine `stub`, whose provider has its own key, prices and pace."""

from collage.engines.engine import Capability
from collage.engines.provider import KeyedProvider, KeyedSettings

MODEL, USD, PRICED_ON = "stub-1", 0.25, "2031-05-04"


class StubSettings(KeyedSettings):
    model: str = MODEL
    images_per_minute: float = 2


def connect(settings, aws):
    return aws("secretsmanager").get_secret_value(SecretId=settings.secret)["SecretString"]


PROVIDER = KeyedProvider(
    name="stub",
    settings=StubSettings,
    prefix="STUB_",
    parameters={"secret": "StubSecret", "images_per_minute": "StubImagesPerMinute"},
    key="STUB_API_KEY",
    variables={"STUB_PLACE": "StubPlace"},
    priced_on=PRICED_ON,
    price=lambda tiles: USD * len(tiles),
    is_priced=lambda model: model == MODEL,
    connect=connect,
)

STUB = Capability(
    operations=frozenset({"generate", "inpaint"}),
    model=None,
    seeded=False,
    trained=True,
    provider=PROVIDER,
)
