"""What the stack sets for its functions, read from the environment when first asked for."""

import os
from functools import cache
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from collage.engines.openai.profiles import Kind

Model = TypeVar("Model", bound=BaseModel)


class Settings(BaseModel):
    """The environment of a function, typed. Buckets are names, limits are in the units said."""

    model_config = ConfigDict(frozen=True)

    uploads_bucket: str
    collages_bucket: str
    max_source_bytes: int = Field(default=20_000_000, gt=0)
    max_source_pixels: int = Field(default=100_000_000, gt=0)
    concurrency: int = Field(default=40, gt=0, description="calls that may be under way at once")
    min_share: float = Field(
        default=0.9, ge=0, le=1, description="share of the tiles that makes a collage"
    )
    event_source: str = Field(default="", description="the stack's name, where it announces")
    limits_table: str = Field(default="", description="the table of the shared pace and budget")
    daily_usd: float = Field(default=10, ge=0, description="what all runs may spend in a day")
    models: str = Field(
        default="",
        pattern=r"^(s3://[^/]+/.*|/.*)?$",
        description="where weights lie: s3://bucket/prefix, or a folder; empty: no GPU task",
    )
    tile_retention_days: int = Field(
        default=0, ge=0, description="after which tiles are deleted; 0: never"
    )
    gpu_tasks: int = Field(default=1, ge=1, le=40, description="GPU tasks of one collage at once")


class OpenAISettings(BaseModel):
    """How the provider is reached, from variables that begin with OPENAI_. Times in seconds."""

    model_config = ConfigDict(frozen=True)

    secret: str = Field(default="", description="the secret that holds the key; empty: no key")
    base_url: str = ""
    organization: str = ""
    model: str = "gpt-image-2.5-flare"
    text_model: str = "gpt-6-luna"
    server: Kind = Field(default="openai", description="the kind of server, as profiles.py has it")
    api_version: str = Field(default="", description="Azure's api-version, where it asks for one")
    mask_convention: Literal["alpha", "white"] = "alpha"
    mask_field: str = Field(
        default="mask", pattern=r"^[A-Za-z_]\w*$", description="its name; none: no mask is sent"
    )
    picture_hosts: str = Field(
        default="", description="where pictures may lie beside the server's own domain, by commas"
    )
    previews: int = Field(default=0, ge=0, le=3, description="of a picture, streamed; 0: none")
    usd_per_image: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="dollars; none: by the price table"
    )
    images_per_minute: float = Field(default=5, gt=0)
    burst: int = Field(default=1, ge=1)
    latency: float = Field(default=30, gt=0, description="of one call, to plan concurrency by")
    timeout: float = Field(
        default=600, gt=0, le=800, description="of one call in all; a function has 900"
    )


@cache
def openai_settings() -> OpenAISettings:
    """The provider's settings of this process.

    Raises:
        pydantic.ValidationError: when a variable is out of its range.
    """
    return _read(OpenAISettings, "OPENAI_")


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: when a variable is missing or out of its range.
    """
    return _read(Settings)


def _read(model: type[Model], prefix: str = "") -> Model:
    present = {name: os.environ.get(prefix + name.upper()) for name in model.model_fields}
    return model.model_validate({name: value for name, value in present.items() if value})
