"""What the stack sets for its functions, read from the environment when first asked for."""

import os
from functools import cache
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

from collage.frozen import Frozen

Model = TypeVar("Model", bound=BaseModel)


class Settings(Frozen):
    """The environment of a function, typed. Buckets are names, limits are in the units said."""

    uploads_bucket: str
    collages_bucket: str
    max_source_bytes: int = Field(default=20_000_000, gt=0)
    max_source_pixels: int = Field(default=100_000_000, gt=0)
    concurrency: int = Field(default=40, gt=0, description="calls that may be under way at once")
    min_share: float = Field(
        default=0.9, ge=0, le=1, description="share of the tiles that makes a collage"
    )
    event_source: str = Field(default="", description="the stack's name, where it announces")
    state_machine_arn: str = Field(default="", description="the workflow, where runs are started")
    messages_machine_arn: str = Field(default="", description="what tells people of ends")
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
    owners: Literal["off", "on"] = Field(
        default="off", description="whether a collage is its owner's, or everybody's"
    )
    administrators: str = Field(
        default="", description="names of callers and groups who may do everything, with commas"
    )
    groups_claim: str = Field(default="cognito:groups", description="of a token: its groups")
    person_daily_usd: float | None = Field(
        default=None, ge=0, description="what the runs of one owner may spend in a day"
    )
    message_topics: str = Field(default="", description="ARNs of topics, with commas between them")
    webhook: str = Field(default="", description="an address that is told of every end")
    webhook_secret: str = Field(default="", description="the secret that messages are signed with")
    notify_hosts: str = Field(
        default="", description="hosts that requests may have told, with commas between them"
    )
    aws_endpoint_url: str = Field(default="", description="where AWS is, if it is not AWS itself")
    gpu_tasks: int = Field(default=1, ge=1, le=40, description="GPU tasks of one collage at once")

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are told of every end."""
        return _parts(self.message_topics)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that requests may have told."""
        return _parts(self.notify_hosts)

    @property
    def laptop(self) -> bool:
        """Whether this is a laptop cloud: AWS itself is on this machine."""
        return urlsplit(self.aws_endpoint_url).hostname in ("127.0.0.1", "localhost")


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: when a variable is missing or out of its range.
    """
    return read(Settings)


def read(model: type[Model], prefix: str = "") -> Model:
    """A model of variables of the environment, whose names begin with ``prefix``.

    Raises:
        pydantic.ValidationError: when one is missing or out of its range.
    """
    present = {name: os.environ.get(prefix + name.upper()) for name in model.model_fields}
    return model.model_validate({name: value for name, value in present.items() if value})
