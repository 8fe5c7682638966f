"""Weights of open models: what lies under the stack's prefix for them, and proof that it is that.

Beside the files lies manifest.json, with a digest of each. A family is a folder of files that
belong together: a pipeline as diffusers saves it, or a single network.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    model_validator,
)

from collage.digest import canonical, sha256
from collage.errors import NoModel
from collage.frozen import Frozen
from collage.tile import Operation

Kind = Literal[
    "inpainting",
    "text-to-image",
    "latent-diffusion",
    "image-embedding",
    "vector-quantized",
    "discrete-vae",
    "super-resolution",
    "flow-matching",
]
"""What a family is, which decides how it is loaded and what it can do."""

Scheduler = Literal["ddim", "dpmpp_2m", "euler", "euler_a", "unipc"]

ControlKind = Literal["canny", "tile"]
"""What of a source a ControlNet was trained to be shown: its edges, or the source as it is."""

CONTROLNET, IP_ADAPTER = "controlnet", "ip_adapter"
"""Folders of a family, beside those of its pipeline."""

SUFFIXES = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja"})
"""Weights without code in them, and the plain files that tokenizers and configurations are; a
tokenizer's templates of chats are rendered in a sandbox."""


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ":" in path or "\0" in path:
        raise ValueError(f"{path!r} is no relative path")
    if str(PurePosixPath(path)) != path or ".." in parts:
        raise ValueError(f"{path!r} does not stay in its folder")
    if PurePosixPath(path).suffix not in SUFFIXES:
        raise ValueError(f"{path!r} is none of {', '.join(sorted(SUFFIXES))}")
    return path


Inside = Annotated[str, AfterValidator(_inside)]
"""A path below a folder, of a kind that holds no code."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")]


class File(Frozen, extra="forbid"):
    """A file's digest, and its size in bytes."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Traits(Frozen, extra="forbid"):
    """What a family does, and how when it is not told otherwise."""

    operations: dict[Operation, dict[str, int | float | str]] = Field(min_length=1)
    """Each with its options and their defaults; what has none here, it cannot be told."""
    schedulers: tuple[Scheduler, ...] = ()
    """Those that it can be told to use in place of its own."""
    pipeline: str = Field(default="", pattern=r"^[A-Za-z0-9]*$")
    """The class that its index names."""
    guidance: Literal["guidance_scale", "true_cfg_scale"] = "guidance_scale"
    """By which of its arguments the pipeline takes ``guidance_scale``."""
    grain: int = Field(default=8, ge=1)
    """Sides of a picture are multiples of it: pixels to the coarsest number in the networks."""
    native: int | None = Field(default=None, ge=1)
    """The side of a square as large as the pictures it was trained on; None: any size."""

    @property
    def defaults(self) -> dict[str, int | float | str]:
        """Every option of any operation, with a default that it has in one."""
        return {name: value for each in self.operations.values() for name, value in each.items()}

    def at(self, size: tuple[int, int]) -> tuple[int, int]:
        """The width and height to work at for a picture of ``size``, of very nearly its shape.

        Models make broken pictures well below what they were trained on: they are made as large
        as that, and shrunk. A larger one is made as it is.
        """
        if self.native is None:
            return size
        scale = max(1.0, self.native / math.sqrt(size[0] * size[1]))
        width, height = (max(1, round(side * scale / self.grain)) * self.grain for side in size)
        return width, height


class ControlNet(Frozen, extra="forbid"):
    """A network that holds a picture to something of its source, beside a family's others."""

    kind: ControlKind
    scale: float = Field(default=1, gt=0, le=2)
    """How strongly: what diffusers calls the conditioning scale."""


class IPAdapter(Frozen, extra="forbid"):
    """What has a family take styles from pictures: an adapter, and an encoder of pictures."""

    scale: float = Field(default=1, gt=0, le=2)
    """How strongly, beside the text."""


class Family(Frozen, extra="forbid"):
    """One model: its kind, where it is from, under which licence, and its files."""

    kind: Kind
    repository: str
    licence: str
    revision: str = Field(default="", pattern=r"^[0-9a-f]{40}$|^$")
    """The commit of the repository, where it is from one and that is known."""
    traits: Traits | None = None
    """None: those of its kind."""
    adapters: dict[Inside, float] = Field(default={})
    """Files among ``files`` that change the others: LoRAs, and how strongly."""
    controlnet: ControlNet | None = None
    """What `CONTROLNET` holds, where the family has that folder."""
    ip_adapter: IPAdapter | None = None
    """What `IP_ADAPTER` holds, likewise."""
    files: dict[Inside, File] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_its_adapters(self) -> Self:
        if absent := sorted(set(self.adapters) - set(self.files)):
            raise ValueError(f"{absent[0]!r} is not among the files")
        return self

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits over all that decides its pictures.

        That is the files' contents, and where it has them the family's own traits and adapters,
        its ControlNet and its IP-Adapter.
        """
        contents = {path: file.sha256 for path, file in self.files.items()}
        said: list[object] = [self.kind, contents]
        if self.traits is not None or self.adapters:
            traits = self.traits and self.traits.model_dump(mode="json")
            said += [traits, self.adapters]
        said += [
            {name: beside.model_dump(mode="json")}
            for name, beside in ((CONTROLNET, self.controlnet), (IP_ADAPTER, self.ip_adapter))
            if beside is not None
        ]
        return sha256(canonical(said))[:8]


class Weights(Frozen, extra="forbid"):
    """manifest.json: every family that is there, by its name, which is its folder's."""

    version: Literal[1] = 1
    families: dict[Name, Family]

    def pinned(self, name: str) -> str:
        """The model ``name`` with its digest, ``sdxl@1a2b3c4d``, as a tile is conditioned by it.

        Raises:
            NoModel: when it is not there, or another digest is asked for than is there.
        """
        family = self.family(name)
        return f"{name.partition('@')[0]}@{family.digest}"

    def family(self, model: str) -> Family:
        """The family of a model, named with or without its digest.

        Raises:
            NoModel: as `pinned`.
        """
        name, _, digest = model.partition("@")
        found = self.families.get(name)
        if found is None:
            there = ", ".join(sorted(self.families)) or "none"
            raise NoModel(f"model: there are no weights named {name!r}; there are: {there}.")
        if digest and digest != found.digest:
            raise NoModel(
                f"model: the weights of {name} are not those of {model}; they are "
                f"{name}@{found.digest} now."
            )
        return found


def parse(manifest: bytes) -> Weights:
    """The weights that a manifest.json names.

    Raises:
        NoModel: when it is none, or names a file outside of its folder or one that may hold code.
    """
    try:
        return Weights.model_validate_json(manifest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = str(first["msg"]).removeprefix("Value error, ")
        raise NoModel(f"The weights' manifest.json is not usable: {where}: {message}.") from error
