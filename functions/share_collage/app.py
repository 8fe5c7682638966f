"""ShareCollage: make the copy that a share shows and sign its address, or take both away."""

import os
from functools import cache
from typing import Any, TypedDict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from collage.errors import PermanentError
from collage.services import aws_client
from collage.settings import settings
from collage.sharing.signing import Signer
from collage.sharing.signing import signer as made_of
from collage.steps.log import told
from collage.steps.share_collage import record_no_share, share_collage
from collage.store.store import connect

logger = Logger(service="share_collage")
metrics = Metrics(service="share_collage")


class Event(TypedDict):
    """A share, and the collage that it is of."""

    id: str
    share: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Bring a share to what its record says; how many files lie in its copy then."""
    store = connect(settings())
    with told(logger, event["id"]) as facts:
        try:
            made = share_collage(store, event["id"], event["share"], signer)
        except PermanentError as error:
            # Who asked by the API is long gone: it is told where the copy's address was to lie.
            record_no_share(store, event["id"], event["share"], error)
            raise
        # Not the address, which opens the copy for whoever reads it.
        files = made.files if made else 0
        facts.update(share=event["share"], files=files)
    return {"id": event["id"], "share": event["share"], "files": files}


def signer() -> Signer:
    """The stack's signer; the key is read for each copy, as it may be a new one."""
    keys = dict(pair.split("=", 1)[::-1] for pair in os.environ["SHARE_KEYS"].split("|"))
    return made_of(_secrets(), os.environ["SHARE_SECRET"], os.environ["SHARE_URL"], keys)


@cache
def _secrets() -> Any:
    return aws_client("secretsmanager")
