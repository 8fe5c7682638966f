"""What a stack says of OpenAI, or of the server in its place."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from collage.engines.openai.profiles import PROFILES, Kind, Server
from collage.engines.provider import KeyedSettings


class OpenAISettings(KeyedSettings):
    """How the provider is reached, from variables that begin with OPENAI_."""

    model: str = "gpt-image-2.5-flare"
    text_model: str = "gpt-6-luna"
    base_url: str = ""
    organization: str = ""
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

    @property
    def endpoint(self) -> str:
        """The base URL; empty for OpenAI's own."""
        return self.base_url

    @property
    def pictures_a_call(self) -> int | None:
        """One, of a server that does not know ``n``, and of one that streams previews."""
        # A stream does not say which of several pictures an event is of.
        return None if PROFILES[self.server].knows_n and not self.previews else 1

    @property
    def described(self) -> Server:
        """The server, as the engine asks it."""
        return Server(
            knows_n=PROFILES[self.server].knows_n,
            mask_field=None if self.mask_field == "none" else self.mask_field,
            picture_hosts=tuple(filter(None, map(str.strip, self.picture_hosts.split(",")))),
            previews=self.previews,
            usd_per_image=self.usd_per_image,
        )
