"""What models have in common: they do not change, and are built when they are used."""

from threading import RLock
from typing import Any

from pydantic import BaseModel, ConfigDict

_BUILDING = RLock()


class Frozen(BaseModel):
    """A model whose objects do not change. Its validator is built at its first use.

    To build one takes longer than all else of its import, and a function imports more models than
    it uses.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Build it, one thread after another.

        Pydantic takes what is built away for a moment, where other threads may look for it.
        """
        with _BUILDING:
            return super().model_rebuild(**options)
