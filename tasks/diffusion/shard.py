"""What the task is told: which part of which plan, and where the weights lie."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from collage.errors import InvalidRequest

Count = Annotated[int, Field(ge=1)]


class Shard(BaseModel):
    """A shard of a plan, read from the environment in capital letters."""

    model_config = ConfigDict(frozen=True)

    collages_bucket: str = Field(min_length=1)
    collage_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    wave: int = Field(default=0, ge=0, description="of the plan's waves")
    shard: int = Field(default=0, ge=0)
    shards: Count = 1
    models: str = Field(
        pattern=r"^(s3://[^/]+/.*|/.*)$", description="s3://bucket/prefix, or a folder"
    )
    weights_cache: Path = Field(
        default_factory=lambda: Path(tempfile.gettempdir()) / "weights",
        description="where weights that lie in S3 are brought to",
    )
    compile: bool = Field(default=False, description="let torch compile the denoiser; on a GPU")
    heartbeat_seconds: float = Field(default=5, gt=0)
    asked_at: AwareDatetime | None = Field(default=None, description="when the task was asked for")
    limit_seconds: float | None = Field(
        default=None, gt=0, description="after which it is given up, counted from then"
    )

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        if self.shard >= self.shards:
            raise ValueError(f"shard {self.shard} is not one of {self.shards}, counted from 0")
        return self


def from_environment(environment: Mapping[str, str] = os.environ) -> Shard:
    """The shard that the environment names.

    Raises:
        InvalidRequest: naming every variable that is missing or wrong.
    """
    there = {name: environment.get(name.upper(), "") for name in Shard.model_fields}
    try:
        return Shard.model_validate({name: value for name, value in there.items() if value})
    except ValidationError as error:
        clauses = (
            f"{str(e['loc'][0]).upper() if e['loc'] else 'SHARD'}: {e['msg']}"
            for e in error.errors()
        )
        raise InvalidRequest("; ".join(clauses) + ".") from error
