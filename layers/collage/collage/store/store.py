"""The store: the one place that knows S3 and where things lie in it.

::

    uploads bucket:  uploads/{name}        what people put in; each starts a collage
                     uploads/{name}.json   its options; {name}.failure.json why it was refused
                     sources/{sha256}      what a door puts in and starts itself
                     sources/{uuid}        what somebody else puts in for a door to start
    collages bucket: collages/{id}/...     request, styles, masks, plan, result of one collage
                     collages/{id}/exports/{name}/  what was taken away of it, and why not
                     collages/{id}/notify/{name}.json an address that is told how it ends
                     collages/{id}/choices.json what people think of its tiles, when they do
                     collages/{id}/shares/{share}/  what was shared of it, until when
                     collages/{id}/slices/  the plan of a large one in parts, until it is made
                     bands/{id}/{round}/    what those who assemble a large one hand to one another
                     shares/{share}/site/   the copy that a share shows, and nothing else
                     deletions/{id}.json   that a collage is being deleted, and how far that is
                     tiles/{key}.png .json content-addressed, shared by all collages
                     tiles/{key}.{w}x{h}.png  the same at a cell's size, which can be missing
                     index/{time}-{id}     empty; a listing of them names the newest collage first
                     owned/{digest}/{time}-{id}  the same of one owner, or of one group
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import collage
from collage.settings import Settings
from collage.store.addressees import Addressees
from collage.store.assemblies import Assemblies
from collage.store.choices import ChoiceFiles
from collage.store.copies import Copies
from collage.store.deletions import Deletions
from collage.store.exports import Exports
from collage.store.outcomes import Outcomes
from collage.store.results import Results
from collage.store.run_records import RunRecords
from collage.store.shares import Shares
from collage.store.tiles import Tiles
from collage.store.uploads import Uploads
from collage.store.weight_files import WeightFiles


class Store(
    Uploads,
    RunRecords,
    Tiles,
    Outcomes,
    Results,
    Assemblies,
    ChoiceFiles,
    Exports,
    Copies,
    Shares,
    Addressees,
    Deletions,
    WeightFiles,
):
    """Typed reading and writing over two buckets. Every method may raise StoreUnavailable.

    A record that cannot be read raises UnreadableRecord, which is a NotInStore: whoever can do
    without it, or make it again, does.
    """


def addressing() -> dict[str, Any]:
    """How a client of S3 addresses buckets: at the region's own host, signed as every region wants.

    A new bucket's global address is redirected for hours, which no signed link or form survives. A
    server that the environment names in place of AWS is addressed as boto3 does by itself.
    """
    other = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    style = "auto" if other else "virtual"
    return {
        "signature_version": "s3v4",
        "s3": {"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
    }


@cache
def connect(settings: Settings) -> Store:
    """The store over the stack's buckets, with the process's own credentials.

    S3 calls are tried three times here: they are cheap and safe to repeat.
    """
    import boto3
    from botocore.config import Config
    from botocore.handlers import add_expect_header

    config = Config(
        connect_timeout=5,
        read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        user_agent=collage.USER_AGENT,
        **addressing(),
    )
    client = boto3.client("s3", config=config)
    # What is put is small and is taken: to ask before whether it would be is one round trip more.
    client.meta.events.unregister("before-call.s3", add_expect_header)
    return Store(client, settings.uploads_bucket, settings.collages_bucket)
