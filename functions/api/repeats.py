"""Repeats: a caller's idempotency key stands for one request, however often it is sent.

The keys lie in the table of the shared limits, for as long as a client may reasonably try again::

    repeat#{digest}      request  digest of what was asked for with the key
                         id       the collage that came of it, once it was started

What is kept is the collage, not the answer, as Powertools' idempotency would: the links of an
answer end long before its key, and a request that comes while its like is under way is answered
like that, not refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from collage.digest import canonical, sha256
from collage.errors import KeyReused, LimitsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_SECONDS = 24 * 3600
"""How long a key is remembered at least."""


@dataclass(frozen=True)
class Repeats:
    """The keys of all callers, in the table ``table``."""

    dynamodb: DynamoDBClient
    table: str

    def claim(self, caller: str, key: str, asked: object) -> str | None:
        """Take a caller's key for a request; the collage that it stands for already, if it does.

        Of two that claim a key at once for the same request, both may go on: starting a collage
        twice is starting it once.

        Raises:
            KeyReused: when the key was used for another request.
            LimitsUnavailable: when the table did not answer.
        """
        digest = sha256(canonical(asked))
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item={
                    "name": {"S": _name(caller, key)},
                    "request": {"S": digest},
                    "expires": {"N": str(round(time()) + KEEP_SECONDS)},
                },
                ConditionExpression="attribute_not_exists(#name)",
                ExpressionAttributeNames={"#name": "name"},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            response: Any = error.response
            known = response["Item"]
        except (ClientError, BotoCoreError) as error:
            raise LimitsUnavailable("The table of the shared limits did not answer.") from error
        else:
            return None
        if known["request"]["S"] != digest:
            raise KeyReused(
                "Idempotency-Key: this key was used for another request; send a new key."
            )
        return known["id"]["S"] if "id" in known else None

    def settle(self, caller: str, key: str, collage: str) -> None:
        """Write down which collage a claimed key stands for.

        Raises:
            LimitsUnavailable: when the table did not answer.
        """
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"name": {"S": _name(caller, key)}},
                UpdateExpression="SET id = :id",
                ExpressionAttributeValues={":id": {"S": collage}},
            )
        except (ClientError, BotoCoreError) as error:
            raise LimitsUnavailable("The table of the shared limits did not answer.") from error


def _name(caller: str, key: str) -> str:
    return f"repeat#{sha256(canonical([caller, key]))}"
