"""Exports: what was asked to be taken away of a collage, whether it is there, or why not."""

from __future__ import annotations

from collage.export.asked import ExportAsked, Exported, folder_of
from collage.manifest import Failure
from collage.store.bucket import Buckets
from collage.store.results import result_key


class Exports(Buckets):
    """Records beside the file of an export, in a folder of its own below the collage's."""

    def put_export_asked(self, asked: ExportAsked) -> None:
        """Write that an export is asked for."""
        self._write(_key(asked.id, asked.name, "asked.json"), asked)

    def export_asked(self, collage: str, name: str) -> ExportAsked | None:
        """When and how an export was asked for last, if it was."""
        return self._found(ExportAsked, _key(collage, name, "asked.json"))

    def put_exported(self, exported: Exported) -> None:
        """Write that an export is there; its file is written before."""
        self._write(_key(exported.id, exported.name, "export.json"), exported)

    def exported(self, collage: str, name: str) -> Exported | None:
        """The export of this name, if it is there."""
        return self._found(Exported, _key(collage, name, "export.json"))

    def export_failure(self, collage: str, name: str) -> Failure | None:
        """Why the export of this name could not be made, if it could not."""
        return self._found(Failure, _key(collage, name, "failure.json"))


def _key(collage: str, name: str, record: str) -> str:
    return result_key(collage, folder_of(name), record)
