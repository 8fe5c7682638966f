"""ListStyles: the styles of a request that named none, from a language model or by default."""

from __future__ import annotations

from contextlib import suppress
from threading import Event

from collage.engines import call_ends
from collage.errors import CollageError, LimitsUnavailable, NotKept, StoreUnavailable
from collage.plan import Styles
from collage.services import Services
from collage.spending.bookings import Budget, book
from collage.store.store import Store
from collage.words import styles


def list_styles(store: Store, services: Services, collage_id: str) -> float:
    """Freeze the styles of a request that named none; the dollars that this may have cost.

    Raises:
        NoStyles: when a language model was asked and gave no usable list.
        BudgetExhausted, MaxUsdReached: when the day or max_usd leaves nothing to ask it with.
        EngineUnavailable, ProviderUnreachable: when there is no having the key; nothing is counted.
        NotKept: when S3 does not take the list: another try pays again.
    """
    accepted = store.accepted(collage_id)
    asked = accepted.request
    lister = services.lister(asked.unfolded_engines)
    if lister is None or lister.provider.styles is None:
        names = styles.default(asked.style_count, asked.exclude, asked.known_styles)
        store.put_styles(collage_id, Styles(styles=names, origin="default"))
        return 0
    listing, model = lister.provider.styles, lister.settings.text_model
    client = services.client(lister)
    booking = book(services.limits, listing.usd, Budget(collage_id, asked.max_usd, accepted.person))
    count = asked.style_count or len(styles.DEFAULT_STYLES)
    heard = Event()
    try:
        names = listing.ask(client, model, count, asked.theme, asked.exclude, heard.set)
    except CollageError as error:
        # What the model had answered by then it bills, whatever ended the rest.
        if not heard.is_set() and not call_ends.is_counted(error):
            with suppress(LimitsUnavailable):
                booking.settle(0)
        raise
    try:
        store.put_styles(collage_id, Styles(styles=names, origin="model", model=model))
    except StoreUnavailable as error:
        raise NotKept(f"The list of styles came, and was not kept: {error}") from error
    return listing.usd
