"""What an object of a bucket takes in memory while its body lies on the disk: a third.

moto gives each some thirty attributes, nearly all of them alike. What they have in common the class
says here, once, and an object only in what it differs.
"""

import sys
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.s3.models import FakeKey
    from moto.utilities.tagging_service import TaggingService

    for name, value in _alike().items():
        replace(stack, FakeKey, name, value)
    tag = TaggingService.tag_resource

    def tagged(self: Any, arn: str, tags: Any) -> None:
        # Every object would be noted as one without tags.
        if tags:
            tag(self, arn, tags)

    replace(stack, TaggingService, "tag_resource", tagged)


def slim(key: Any) -> None:
    """Have an object say only what its class does not."""
    kind = type(key)
    own = {
        name: value
        for name, value in vars(key).items()
        if name not in vars(kind) or vars(kind)[name] != value
    }
    own["_metadata"].store = {
        sys.intern(name): sys.intern(value) for name, value in key.metadata.items()
    }
    own["bucket_name"] = sys.intern(key.bucket_name)
    key.__dict__ = own


def _alike() -> dict[str, Any]:
    """The plain attributes of an object that is put in the usual way."""
    from moto.s3.models import FakeKey

    from combinatoric_collage.local.aws import ACCOUNT

    usual = FakeKey("", b"", ACCOUNT, "aws", version_id="null")
    plain = (type(None), bool, int, str, list)
    found = {name: value for name, value in vars(usual).items() if isinstance(value, plain)}
    usual.dispose()
    return found
