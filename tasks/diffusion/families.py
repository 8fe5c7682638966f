"""The families that can be prepared, as models.toml has them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collage.weights import Kind

FILE = Path(__file__).with_name("models.toml")


class Published(BaseModel):
    """Where a family is published and what is needed of it. See the head of models.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    licence: str
    repository: str = ""
    subfolder: str = ""
    folders: dict[str, str] = {}
    urls: dict[str, str] = {}
    files: tuple[str, ...] = ()
    pickled: bool = False
    """Whether it is published as pickled modules, which only somebody who trusts them converts."""
    gigabytes: float = Field(gt=0)
    revision: str = Field(default="", pattern=r"^[0-9a-f]{40}$|^$")
    revisions: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]] = {}
    """The commit of each of ``folders``."""
    sha256: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    """Of what is published under, or becomes, a name here, before it is converted."""
    defaults: dict[str, int | float | str] = {}

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(map(bool, (self.repository, self.folders, self.urls))) != 1:
            raise ValueError("give one of repository, folders, urls")
        if bool(self.files) == bool(self.urls):
            raise ValueError("give files for repositories, and for nothing else")
        if self.revision and not self.repository:
            raise ValueError("give a revision for one repository")
        if not set(self.revisions) <= set(self.folders):
            raise ValueError("give revisions for folders")
        return self

    @property
    def origin(self) -> str:
        """Where it is from, in words."""
        return self.repository or ", ".join([*self.folders.values(), *self.urls.values()])

    @property
    def repositories(self) -> dict[str, str]:
        """Its repositories, by the folders that they become; the only one becomes all of it."""
        return self.folders or ({"": self.repository} if self.repository else {})

    @property
    def patterns(self) -> list[str]:
        """Which files of its repositories are needed, by their paths there."""
        prefix = f"{self.subfolder}/" if self.subfolder else ""
        return [prefix + pattern for pattern in self.files]

    def commit(self, below: str) -> str:
        """The commit that is expected of the repository of a folder; empty where none is."""
        return self.revisions.get(below, "") if below else self.revision

    @property
    def pinned(self) -> bool:
        """Whether it is said of all that comes what it has to be."""
        return all(map(self.commit, self.repositories)) and set(self.urls) <= set(self.sha256)


def read(file: Path = FILE) -> dict[str, Published]:
    """Every family by its name."""
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Published]:
    """Every family that a text in the form of models.toml names."""
    tables = tomllib.loads(text)
    return {name: Published.model_validate(table) for name, table in tables.items()}
