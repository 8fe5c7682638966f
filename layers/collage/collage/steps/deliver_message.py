"""DeliverMessage: those who asked for it are told how a collage ended, each by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import time
from typing import Any

from collage.errors import NotInStore
from collage.messages import webhook
from collage.messages.addressee import REQUEST, addressee
from collage.messages.event import Event
from collage.messages.webhook import AddressRefused, NotDelivered
from collage.messages.wording import letter
from collage.services import aws_client
from collage.settings import Settings
from collage.store.store import Store

TOPIC, WEBHOOK = "topic:", "webhook"
"""How an addressee is called while it is told, if no request named it: a topic with its ARN, or the
stack's own webhook.
"""

Client = Callable[[str], Any]


def addressees(store: Store, settings: Settings, event: Event) -> list[str]:
    """Who is told of an end."""
    known = store.addressees(event.collage) if event.collage else []
    return [
        *(TOPIC + arn for arn in settings.topics),
        *([WEBHOOK] if settings.webhook else []),
        *(REQUEST + name for name in known),
    ]


def deliver_message(
    store: Store, settings: Settings, event: Event, to: str, client: Client = aws_client
) -> None:
    """Tell one addressee, in one try; `client` makes a client of one of AWS's services.

    One that is no more, as with a collage that was deleted, is told nothing.

    Raises:
        NotDelivered: when it did not take it this time.
        AddressRefused: when another try would end the same.
        InvalidRequest: when its host is not allowed any more.
    """
    if to.startswith(TOPIC):
        _publish(client("sns"), to.removeprefix(TOPIC), event, settings.event_source)
        return
    address = settings.webhook
    if to.startswith(REQUEST):
        try:
            found = store.addressee(event.collage or "", to.removeprefix(REQUEST))
        except NotInStore:
            return
        address = addressee(found.webhook, settings.hosts).webhook
    if not address:
        raise AddressRefused("This stack has no webhook any more.")
    content = webhook.body(event, settings.event_source)
    secret = _secret(client("secretsmanager"), settings.webhook_secret)
    headers = webhook.signed(secret, event.id, int(time()), content)
    webhook.post(address, content, headers, laptop=settings.laptop)


def _publish(topics: Any, arn: str, event: Event, stack: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    said = letter(event, stack)
    try:
        topics.publish(TopicArn=arn, Subject=said.subject, Message=said.text)
    except (BotoCoreError, ClientError) as error:
        raise NotDelivered(f"The topic did not take the message: {_why(error)}.") from error


def _secret(secrets: Any, name: str) -> str:
    """What messages are signed with, as it is now: it may have been changed since the last."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(secrets.get_secret_value(SecretId=name)["SecretString"])
    except (BotoCoreError, ClientError) as error:
        raise NotDelivered(f"The secret to sign with could not be read: {_why(error)}.") from error


def _why(error: Exception) -> str:
    answer: Mapping[str, Any] = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)
