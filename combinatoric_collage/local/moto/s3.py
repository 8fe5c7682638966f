"""S3: those who change one object at once wait for each other; a rule hears of a whole object."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace

LOCKS = 64


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    one_at_a_time(stack)
    _events(stack)
    _deletions(stack)


def one_at_a_time(stack: ExitStack) -> None:
    """Those who change one object at once do so one after another, and disturb nobody who reads."""
    _conditions(stack)
    _readers(stack)
    _listings(stack)


def _conditions(stack: ExitStack) -> None:
    """Between moto's look whether an object exists and its put another thread gets in."""
    from moto.s3.responses import S3Response

    # Keys that share a lock wait for each other without need, which is seldom.
    locks = [threading.RLock() for _ in range(LOCKS)]

    def alone(respond: Callable[..., Any]) -> Callable[..., Any]:
        def responded(self: Any, *args: Any, **kwargs: Any) -> Any:
            with locks[hash((self.bucket_name, self.parse_key_name())) % LOCKS]:
                return respond(self, *args, **kwargs)

        return responded

    for name in ("put_object", "_key_response_post"):
        replace(stack, S3Response, name, alone(getattr(S3Response, name)))


def _readers(stack: ExitStack) -> None:
    """An object that is put anew loses its body in moto, also for who is about to read that.

    It is closed when nobody has it any more.
    """
    from moto.s3.models import FakeKey

    close = FakeKey.dispose

    def dispose(self: Any, garbage: bool = False) -> None:
        self.disposed = True
        if garbage:
            close(self, garbage)

    replace(stack, FakeKey, "dispose", dispose)


def _listings(stack: ExitStack) -> None:
    """What is deleted just when moto has seen that it is there is not there, which is no error."""
    from moto.s3.models import S3Backend
    from moto.s3.utils import _VersionedKeyStore

    get_object = S3Backend.get_object

    def items(self: Any) -> Iterator[tuple[str, Any]]:
        for name, versions in dict(self).items():
            yield name, versions[-1]

    def values(self: Any) -> Iterator[Any]:
        for _, newest in items(self):
            yield newest

    def got(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return get_object(self, *args, **kwargs)
        except KeyError:
            return None

    replace(stack, _VersionedKeyStore, "items", items)
    replace(stack, _VersionedKeyStore, "values", values)
    replace(stack, S3Backend, "get_object", got)


def _events(stack: ExitStack) -> None:
    """An object is told of before it has its metadata, which a function may look for."""
    from moto.s3 import notifications
    from moto.s3.responses import S3Response

    held, send = threading.local(), notifications.send_event

    def later(*event: Any) -> None:
        events: list[Callable[[], None]] | None = getattr(held, "events", None)
        if events is None:
            send(*event)
        else:
            events.append(partial(send, *event))

    def holding(respond: Callable[..., Any]) -> Callable[..., Any]:
        def responded(*args: Any, **kwargs: Any) -> Any:
            held.events = []
            try:
                return respond(*args, **kwargs)
            finally:
                events, held.events = held.events, None
                for tell in events:
                    tell()

        return responded

    replace(stack, notifications, "send_event", later)
    for name in ("put_object", "_bucket_response_post"):
        replace(stack, S3Response, name, holding(getattr(S3Response, name)))


def _deletions(stack: ExitStack) -> None:
    """Many objects are deleted by one request: S3 asks for each whether that is allowed.

    moto asks once, for the bucket, which nobody's policy names as what may be deleted.
    """
    import xmltodict  # type: ignore[import-untyped]
    from moto.iam.access_control import PermissionResult
    from moto.s3.exceptions import BucketAccessDeniedError
    from moto.s3.models import FakeBucket
    from moto.s3.responses import S3Response

    held = threading.local()
    delete = S3Response._bucket_response_delete_keys
    permission = FakeBucket.get_permission

    def allowed(response: Any, bucket: str, key: str) -> bool:
        try:
            response._authenticate_and_authorize_s3_action(bucket_name=bucket, key_name=key)
        except BucketAccessDeniedError:
            return False
        return True

    def deleted(self: Any, bucket_name: str, authenticated: bool = True) -> Any:
        known = xmltodict.parse(self.body, strip_whitespace=False)["Delete"].get("Object", [])
        keys = [one["Key"] for one in (known if isinstance(known, list) else [known])]
        held.denied = {
            f"arn:aws:s3:::{bucket_name}/{key}"
            for key in keys
            if not allowed(self, bucket_name, key)
        }
        try:
            return delete(self, bucket_name)
        finally:
            held.denied = set()

    def permitted(self: Any, action: str, resource: str) -> Any:
        if resource in getattr(held, "denied", ()):
            return PermissionResult.DENIED
        return permission(self, action, resource)

    replace(stack, S3Response, "_bucket_response_delete_keys", deleted)
    replace(stack, FakeBucket, "get_permission", permitted)
