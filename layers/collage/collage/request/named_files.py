"""The files that fields of a request name by their keys: masks, styles' pictures, a font, sources.

Who asks from a machine of their own has them as bytes, and puts them in only with the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MaskFile = bytes | tuple[bytes | None, ...]
"""A mask file: one for every source, or one for each, None for a source that has none."""


@dataclass(frozen=True)
class Files:
    """Bytes by the request's fields; what is None or empty is not given."""

    mask_source: bytes | None = None
    mask_files: Mapping[str, MaskFile] = field(default_factory=dict)
    style_pictures: Mapping[str, bytes] = field(default_factory=dict)
    font: bytes | None = None
    sources: tuple[bytes, ...] = ()

    def put(self, put: Callable[[bytes], str]) -> dict[str, Any]:
        """The fields of the request, once each file is ``put`` in; that gives a file's key."""

        def placed(file: MaskFile) -> str | list[str | None]:
            if isinstance(file, bytes):
                return put(file)
            return [None if each is None else put(each) for each in file]

        alone = {"mask_source": self.mask_source, "font": self.font}
        fields: dict[str, Any] = {name: put(data) for name, data in alone.items() if data}
        if self.mask_files:
            fields["mask_files"] = {name: placed(file) for name, file in self.mask_files.items()}
        if self.style_pictures:
            styled = self.style_pictures.items()
            fields["style_pictures"] = {name: put(data) for name, data in styled}
        if self.sources:
            fields["sources"] = [put(data) for data in self.sources]
        return fields
