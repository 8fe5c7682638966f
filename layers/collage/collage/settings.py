"""What the stack sets for its functions, read from the environment when first asked for."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict, Field


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


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: when a variable is missing or out of its range.
    """
    present = {name: os.environ.get(name.upper()) for name in Settings.model_fields}
    return Settings.model_validate({k: v for k, v in present.items() if v is not None})
