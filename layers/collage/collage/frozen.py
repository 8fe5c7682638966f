"""What models have in common: they do not change, and are built when they are used."""

from collections.abc import Iterator
from functools import cache
from threading import RLock
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

_BUILDING = RLock()


@cache
def _same(fields: frozenset[str]) -> set[str]:
    """A set for all models with these fields. No model changes its own, and a copy has another."""
    return set(fields)


class Frozen(BaseModel):
    """A model whose objects do not change. Its validator is built at its first use.

    To build one takes longer than all else of its import, and a function imports more models than
    it uses.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    def slim(self) -> Self:
        """This one, its set of the fields that it was given being one with all others' alike.

        Of a model with a dozen fields that set takes more memory than most of what is in them.
        """
        given = self.__pydantic_fields_set__
        object.__setattr__(self, "__pydantic_fields_set__", _same(frozenset(given)))
        return self

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Build it, one thread after another.

        Pydantic takes what is built away for a moment, where other threads may look for it.
        """
        with _BUILDING:
            return super().model_rebuild(**options)


def build() -> None:
    """Build the models that are imported by now, for a process that has time before their use.

    One that others are made from is seldom used itself, and is built then.
    """
    for model in _made_of(Frozen):
        if not model.__pydantic_complete__:
            model.model_rebuild()


def _made_of(kind: type[Frozen]) -> Iterator[type[Frozen]]:
    made = kind.__subclasses__()
    if not made:
        yield kind
    for one in made:
        yield from _made_of(one)
