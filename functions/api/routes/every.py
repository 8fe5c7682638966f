"""Every route of the API."""

from routes import (
    catalogue,
    choices,
    collages,
    deletion,
    documents,
    events,
    exports,
    shares,
    uploads,
)

ROUTERS = tuple(
    part.router
    for part in (
        uploads,
        collages,
        events,
        choices,
        exports,
        shares,
        deletion,
        catalogue,
        documents,
    )
)
