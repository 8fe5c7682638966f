"""Where choices are made: in a stack's collage, or in the folder of one that was fetched."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from collage.choices import person
from collage.choices.choice import Choices
from collage.errors import InvalidRequest, NotInStore
from collage.manifest import Manifest
from combinatoric_collage.cli import folder_choices
from combinatoric_collage.cli.result_files import CHOICES, MANIFEST, Results
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack


class Place(Protocol):
    """A finished collage, and the choices beside it."""

    @property
    def manifest(self) -> Manifest:
        """Its manifest, which says what its cells show."""

    @property
    def choices(self) -> Choices:
        """The choices there are. Raises UnreadableChoices."""

    @property
    def person(self) -> str:
        """Who chooses, where nobody is named; empty where that is not known."""

    def change(self, change: Callable[[Choices], Choices]) -> Choices:
        """Write what ``change`` makes of the choices; what is there then."""


@dataclass(frozen=True)
class InStack:
    """A collage of a stack."""

    stack: Stack
    collage: str

    @cached_property
    def manifest(self) -> Manifest:
        """Its manifest.

        Raises:
            NotInStore: when there is no such collage.
            RunFailed: NotMade.
        """
        self.stack.accepted(self.collage)
        try:
            return self.stack.store.manifest(self.collage)
        except NotInStore as error:
            raise RunFailed("NotMade", f"Collage {self.collage} is not made yet.") from error

    @property
    def choices(self) -> Choices:
        """The choices in the store."""
        return self.stack.store.choices(self.collage)

    @property
    def person(self) -> str:
        """The name of the user or the role's session whose credentials are used."""
        return person.of_arn(self.stack.client("sts").get_caller_identity()["Arn"])

    def change(self, change: Callable[[Choices], Choices]) -> Choices:
        """Write them, unless somebody else did meanwhile: then once more."""
        return self.stack.store.change_choices(self.collage, change)


@dataclass(frozen=True)
class InFolder:
    """A collage that was fetched."""

    folder: Path

    @cached_property
    def manifest(self) -> Manifest:
        """Its manifest. Raises InvalidRequest where there is none."""
        try:
            return Manifest.model_validate_json((self.folder / MANIFEST).read_bytes())
        except (OSError, ValidationError) as error:
            raise InvalidRequest(f"{self.folder} holds no fetched collage.") from error

    @property
    def choices(self) -> Choices:
        """The choices beside it.

        Raises:
            InvalidRequest: when they are of another collage.
            RunFailed: when the disk does not give them.
        """
        try:
            there = folder_choices.read(self.folder)
        except OSError as error:
            raise RunFailed(
                "NotRead", f"{self.folder / CHOICES[0]} cannot be read: {error.strerror}."
            ) from error
        if there is not None and there.id != self.manifest.id:
            raise InvalidRequest(
                f"{self.folder / CHOICES[0]} is of the collage {there.id}, and is left as it is."
            )
        return there or Choices(id=self.manifest.id)

    @property
    def person(self) -> str:
        """The user of this machine."""
        with suppress(ImportError, KeyError, OSError):
            return person.spelled(getpass.getuser())
        return ""

    def change(self, change: Callable[[Choices], Choices]) -> Choices:
        """Write them, and choices.js for the page.

        Raises:
            RunFailed: NotWritten, when the disk does not take them.
        """
        before = self.choices
        after = change(before)
        if after == before:
            return before
        results = Results(self.folder)
        try:
            results.begin(CHOICES)
            folder_choices.write(results, after)
        except OSError as error:
            raise RunFailed(
                "NotWritten", f"{self.folder} cannot be written: {error.strerror}."
            ) from error
        return after
