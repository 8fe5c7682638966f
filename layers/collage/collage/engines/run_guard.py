"""When a run is stopped for what its provider does: it rejects whatever it is asked, or is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from collage.engines.outage import Outage
from collage.errors import BadRequest, CollageError, Overloaded, ProviderUnreachable, Rejected

MOST_REJECTED = 8
"""Requests in a row that a process lets the provider reject before it takes that for all."""


@dataclass
class Guard:
    """What the requests of one process have met."""

    rejected: int = 0
    """Requests that were rejected in a row."""
    outage: Outage = field(default_factory=Outage)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note how a request ends.

        Raises:
            BadRequest: in place of one more `Rejected`, when the provider says so of every request.
            ProviderDown: in place of one more failure, when it does nothing else for too long.
        """
        try:
            yield
        except (Overloaded, ProviderUnreachable) as error:
            self.outage.note(error)
            raise
        except Rejected as error:
            self.outage.over()
            self.rejected += 1
            if self.rejected < MOST_REJECTED:
                raise
            # A warm process serves another run next, which has not been rejected yet.
            self.rejected = 0
            raise BadRequest(f"{error} It says so of every request.") from error
        except CollageError:
            self.outage.over()
            raise
        self.rejected = 0
        self.outage.over()
