"""Records: what the pack writes down for itself, as JSON, each with the version of its form.

The version is ``version`` in plan.json and manifest.json, which others read as well, and
``schema`` in all others; a record of 0.1.0 that has neither is of version 1. A version grows only
when a record could be misread by what reads the one before. Fields that are not known are left
out of account, and new ones have a default, so that older records of the same version are read.
"""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from collage.digest import canonical
from collage.errors import UnreadableRecord
from collage.frozen import Frozen

Model = TypeVar("Model", bound=BaseModel)

SCHEMA: Literal[1] = 1


class _Envelope(Frozen):
    told: Literal[1] = Field(default=SCHEMA, alias="schema")


def write(record: BaseModel) -> bytes:
    """A record as it is stored."""
    fields = record.model_dump(mode="json")
    return canonical(fields if _tells_itself(type(record)) else {"schema": SCHEMA, **fields})


def read(model: type[Model], data: bytes, name: str) -> Model:
    """The record that is stored as ``data``, under ``name``.

    Raises:
        UnreadableRecord: when it was half written, is damaged, or is of a newer version.
    """
    try:
        if not _tells_itself(model):
            _Envelope.model_validate_json(data)
        return model.model_validate_json(data, extra="ignore")
    except ValidationError as error:
        raise UnreadableRecord(
            f"{name} cannot be read: it is damaged, or of another version of this pack."
        ) from error


def _tells_itself(model: type[BaseModel]) -> bool:
    """Whether a record has its version among its fields; a sidecar's is the pack's."""
    field = model.model_fields.get("version")
    return field is not None and field.annotation is not str
