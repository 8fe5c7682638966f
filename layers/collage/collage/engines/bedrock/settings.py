"""What a stack says of Amazon Bedrock."""

from __future__ import annotations

from pydantic import Field

from collage.engines.bedrock.models import CORE
from collage.engines.provider import ProviderSettings


class BedrockSettings(ProviderSettings):
    """How Bedrock is asked, from variables that begin with BEDROCK_."""

    enabled: bool = Field(default=False, description="whether the functions have the right to ask")
    regions: str = Field(
        default="us-west-2",
        pattern=r"^us-(west-2|east-1|east-2)(,us-(west-2|east-1|east-2)){0,2}$",
        description="where it is asked, by commas; each has quotas of its own",
    )
    model: str = Field(default=CORE, description="which generates pictures")
    pace: float = Field(
        default=1, gt=0, le=100, description="times AWS's default quotas that the account has"
    )
    latency: float = Field(default=20, gt=0, description="of one call, to plan concurrency by")

    @property
    def places(self) -> tuple[str, ...]:
        """The Regions that it is asked in, each once."""
        return tuple(dict.fromkeys(self.regions.split(",")))
