"""Records: what the pack writes down for itself, as JSON, each with the version of its form.

The version is ``version`` in plan.json and manifest.json, which others read as well, and
``schema`` in all others; a record of 0.1.0 that has neither is of version 1. A version grows only
when a record could be misread by what reads the one before. Fields that are not known are left
out of account, and new ones have a default, so that older records of the same version are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from collage.digest import canonical
from collage.errors import UnreadableRecord
from collage.frozen import Frozen
from collage.json_stream import JsonStream
from collage.uncollected import uncollected

Model = TypeVar("Model", bound=BaseModel)

SCHEMA: Literal[1] = 1

LONG = 1000
"""Models of a field that are spelled all at once; of more, one after another."""


class _Envelope(Frozen):
    told: Literal[1] = Field(default=SCHEMA, alias="schema")


def write(record: BaseModel) -> bytes:
    """A record as it is stored: canonical JSON.

    Of a field with a great many models, these are spelled one after another: as plain values all
    at once they would take several times what they take as models.
    """
    return b"".join(piece for _, piece in pieces(record))


def pieces(
    record: BaseModel, given: Mapping[str, Iterable[bytes]] | None = None
) -> Iterator[tuple[str, bytes]]:
    """What `write` gives, piece by piece, each with the name of the field that it is of.

    Of a field with a great many models, and of those whose models are ``given`` spelled, every
    model is a piece of its own, with the comma or the bracket before it, and so is the bracket
    after the last.
    """
    long = {name: map(spelled, getattr(record, name)) for name in _long(record)} | dict(given or {})
    fields = _fields(record, {*long})
    before = b"{"
    for name in sorted({*fields, *long}):
        yield name, before + canonical(name) + b":"
        before = b","
        values = _array(long[name]) if name in long else [canonical(fields[name])]
        yield from ((name, piece) for piece in values)
    yield "", b"}"


def array(models: Iterable[BaseModel]) -> Iterator[bytes]:
    """The JSON array of ``models``, as `canonical` spells it: each of them, and its end."""
    return _array(map(spelled, models))


def spelled(model: BaseModel) -> bytes:
    """A model as it stands within a record."""
    return canonical(model.model_dump(mode="json"))


def _array(models: Iterable[bytes]) -> Iterator[bytes]:
    before = b"["
    for model in models:
        yield before + model
        before = b","
    yield b"]" if before == b"," else b"[]"


def _fields(record: BaseModel, long: set[str]) -> dict[str, Any]:
    """The fields of a record as plain values but for the ``long`` ones."""
    fields = record.model_dump(mode="json", exclude=long)
    if not _tells_itself(type(record)):
        fields["schema"] = SCHEMA
    return fields


def _long(record: BaseModel) -> set[str]:
    return {name for name in type(record).model_fields if _is_long(getattr(record, name))}


def _is_long(value: object) -> bool:
    return isinstance(value, tuple) and len(value) > LONG and isinstance(value[0], BaseModel)


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
        raise _unreadable(name) from error


# Nothing of it is garbage, and the collector would go through all of it again and again.
@uncollected()
def read_long(
    model: type[Model],
    pieces: Iterable[bytes],
    name: str,
    apart: Mapping[str, Callable[[Any], object]],
) -> Model:
    """The record that tells its version itself and is stored as ``pieces``, under ``name``.

    Of its arrays in ``apart`` every element is made at once what these make of it, so that neither
    the text nor plain values of all of them are ever held.

    Raises:
        UnreadableRecord: as `read`.
    """
    stream = JsonStream(pieces)
    try:
        fields = {
            field: tuple(map(apart[field], stream.elements())) if field in apart else stream.value()
            for field in stream.fields()
        }
        return model.model_validate(fields, extra="ignore")
    except (ValueError, TypeError, RecursionError) as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> UnreadableRecord:
    return UnreadableRecord(
        f"{name} cannot be read: it is damaged, or of another version of this pack."
    )


def _tells_itself(model: type[BaseModel]) -> bool:
    """Whether a record has its version among its fields; a sidecar's is the pack's."""
    field = model.model_fields.get("version")
    return field is not None and field.annotation is not str
