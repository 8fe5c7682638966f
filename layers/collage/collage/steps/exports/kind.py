"""What a kind of export is: a check that costs nothing, and a way to write the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from collage.choices.choice import Choices
from collage.export.asked import Export
from collage.manifest import Manifest
from collage.plan import Plan
from collage.sheet import fonts
from collage.store.store import Store

Sink: TypeAlias = Callable[[bytes], object]
Notes: TypeAlias = tuple[str, ...]
"""Sentences on what is worth knowing of an export."""


@dataclass(frozen=True)
class Material:
    """What an export is made of: tiles of a collage, by their indices, in order of their cells."""

    store: Store
    manifest: Manifest
    choices: Choices
    asked: Export
    tiles: tuple[int, ...]

    def know_font(self) -> None:
        """Have what is written be written in the collage's own font, where it has one."""
        if self.manifest.layout.font is not None:
            _ = self._font

    @cached_property
    def _font(self) -> str:
        return fonts.use(self.store.font(self.manifest.id))

    @cached_property
    def plan(self) -> Plan:
        """plan.json, which takes a while to read."""
        return self.store.plan(self.manifest.id)


@dataclass(frozen=True)
class KindOfExport:
    """A kind: ``check`` raises InvalidRequest and says what is worth knowing; ``write`` too."""

    check: Callable[[Material], Notes]
    ending: Callable[[Export], str]
    write: Callable[[Material, Sink], Notes]
