"""StartCollage: a request is accepted, frozen, and a run of the workflow started for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict
from uuid import uuid4

from collage import clock
from collage.digest import sha256
from collage.errors import BeingDeleted, CollageError
from collage.manifest import Failure
from collage.messages.addressee import REQUEST, Addressee, addressee
from collage.owners.owner import Owner
from collage.plan import Styles
from collage.request.accepted import Accepted
from collage.services import Services
from collage.steps import progress, refusals
from collage.steps.accept import accept
from collage.steps.record_failure import failure_of
from collage.store.store import Store
from collage.watch.runs import Runs


class Started(TypedDict):
    """The answer of `start`. ``new`` is False when a run for it was there already."""

    id: str
    run: str
    new: bool


def start(
    store: Store,
    services: Services,
    runs: Runs,
    source: str | None,
    options: dict[str, Any],
    *,
    asked: datetime | None = None,
    retry_refused: bool = False,
    by: Owner | None = None,
    notify: str | None = None,
) -> Started:
    """Check a request and its source at the door, freeze both, and start the workflow.

    It is whose asks, ``by``, where the stack tells people apart; ``notify`` is an address that is
    told how it ends. See `accept`, `launch` and `addressee`.
    """
    told = None if notify is None else addressee(notify, services.settings.hosts)
    accepted = accept(
        store, services, source, options, by if services.settings.owners == "on" else None
    )
    return launch(store, runs, accepted, asked_at=asked, retry_refused=retry_refused, told=told)


def launch(
    store: Store,
    runs: Runs,
    accepted: Accepted,
    *,
    again: bool = True,
    asked_at: datetime | None = None,
    retry_refused: bool = False,
    told: Addressee | None = None,
) -> Started:
    """Freeze an accepted request and start the workflow for it, or find the run that makes it.

    A collage whose last run failed or left tiles out is tried ``again``; what exists of it is kept.
    It is not where that run ended after ``asked_at``: events are told more than once.
    What moderation refused is not asked for again, unless ``retry_refused``. Who is ``told`` hears
    of every end of the collage from now on, and at once of one that is made already.

    Raises:
        BeingDeleted: while the collage is.
    """
    asked = accepted.request
    if store.deletion(accepted.id) is not None:
        raise BeingDeleted(f"Collage {accepted.id} is being deleted; ask again when it is gone.")
    store.put_accepted(accepted)
    progress.begin(store, accepted.id, accepted.key, accepted.owner)
    if not asked.styled or asked.styles is not None:
        store.put_styles(accepted.id, Styles(styles=asked.styles or (), origin="request"))
    if retry_refused:
        refusals.pardon(store, accepted.id)
    if told is not None:
        store.put_addressee(accepted.id, told)
    given = {"id": accepted.id, "needs_styles": not store.has_styles(accepted.id)}
    done = (lambda: store.is_complete(accepted.id)) if again else None
    run = runs.start(accepted.id, given, done, asked_at)
    if told is not None and not run.new and store.is_complete(accepted.id):
        runs.tell(_made_before(store, accepted.id, told))
    return Started(id=accepted.id, run=run.name, new=run.new)


def _made_before(store: Store, collage: str, told: Addressee) -> dict[str, Any]:
    """What the workflow of messages is given for one who asks for what is there already."""
    from collage.steps.assemble_collage import completed

    detail = completed(store, store.summary(collage)).model_dump()
    only = f"{REQUEST}{told.name}"
    return {"id": str(uuid4()), "time": clock.now(), "detail": detail, "only": only}


def refuse(store: Store, source: str, error: CollageError) -> Failure:
    """Record why an upload came to nothing, for one who only watches the buckets.

    The failure lies beside the upload, and under an id of its own among the collages, made from
    the key: no collage has it.
    """
    name = sha256(f"refused:{source}".encode())[:20]
    failure = failure_of(name, error).model_copy(update={"source": source})
    store.put_failure(failure)
    store.put_refusal(source, failure)
    return failure
