"""Weights of open models: what lies under the stack's prefix for them, and proof that it is that.

Beside the files lies manifest.json, with a digest of each. A family is a folder of files that
belong together: a pipeline as diffusers saves it, or a single network.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from collage.digest import canonical, sha256
from collage.errors import NoModel

Kind = Literal[
    "inpainting",
    "text-to-image",
    "latent-diffusion",
    "image-embedding",
    "vector-quantized",
    "discrete-vae",
    "super-resolution",
]
"""What a family is, which decides how it is loaded and what it can do."""

SUFFIXES = frozenset({".safetensors", ".json", ".txt", ".model"})
"""Weights without code in them, and the plain files that tokenizers and configurations are."""


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


class File(BaseModel):
    """A file's digest, and its size in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Family(BaseModel):
    """One model: its kind, where it is from, under which licence, and its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    repository: str
    licence: str
    files: dict[Inside, File] = Field(min_length=1)

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits over the files' contents: other weights, other digest."""
        contents = {path: file.sha256 for path, file in self.files.items()}
        return sha256(canonical([self.kind, contents]))[:8]


class Weights(BaseModel):
    """manifest.json: every family that is there, by its name, which is its folder's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
