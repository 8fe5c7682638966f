"""Updates of items of DynamoDB by expressions, without what moto's server makes of every request.

Such an update has nothing but what is known here, in a body that is what moto would read of it.
Its signature and its rights are checked as those of any other, and moto's own update is what is
done. What is refused moto is asked as a whole, and says why.
"""

import json
import re
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from combinatoric_collage.local.aws import ACCOUNT, REGION
from combinatoric_collage.local.http.plain_requests import known, read

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

UPDATE, JSON = "DynamoDB_20120810.UpdateItem", "application/x-amz-json-1.0"
KNOWN = known("x-amz-target", "content-type")
TABLE = re.compile(r"[\w.-]+", re.ASCII)
TEXTS = {
    *("TableName", "UpdateExpression", "ConditionExpression"),
    *("ReturnValues", "ReturnValuesOnConditionCheckFailure"),
}
"""The parts of an update that are texts."""
VALUES = {"Key", "ExpressionAttributeValues"}
NAMES = {"ExpressionAttributeNames"}
PLAIN = ({"S"}, {"N"})
"""Values that are as they are written."""

Answer = tuple[int, dict[str, Any], Any]


def answer(environ: "WSGIEnvironment") -> Answer | None:
    """Status, headers and body; None where moto is to see to the request."""
    from moto.core.exceptions import ServiceException
    from moto.dynamodb.responses import DynamoHandler
    from moto.utilities.aws_headers import gen_amz_crc32

    said = environ.get("HTTP_X_AMZ_TARGET"), environ.get("CONTENT_TYPE"), environ.get("RAW_URI")
    plain = read(environ, "/", "dynamodb", KNOWN) if said == (UPDATE, JSON, "/") else None
    update = _read(plain.body) if plain else None
    if plain is None or update is None:
        return None
    place = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{update['TableName']}"
    if not plain.may("dynamodb:UpdateItem", place):
        return None
    asked: Any = DynamoHandler()
    asked.current_account, asked.region = ACCOUNT, REGION
    asked.headers, asked.querystring, asked.body = plain.headers, {}, update
    asked.response_headers = {"server": "amazon.com"}
    try:
        status, told, text = _written(asked, asked.update_item())
    except ServiceException:
        return None
    except HTTPException as error:
        # A condition that is not met, above all.
        status, told, text = asked._transform_response(
            asked.response_headers,
            (error.description, {**dict(error.get_headers()), "status": error.code}),
        )
    told, text = asked._enrich_response(told, text)
    gen_amz_crc32(text, told)
    return status, told, text


def _read(content: bytes) -> dict[str, Any] | None:
    """An update whose parts are what moto would read of them; None for any other."""
    try:
        update = json.loads(content)
    except ValueError:
        return None
    if not isinstance(update, dict) or update.keys() - TEXTS - VALUES - NAMES:
        return None
    texts = [update[name] for name in TEXTS & update.keys()]
    for name in NAMES & update.keys():
        texts += update[name].values() if isinstance(update[name], dict) else [None]
    whole = {"TableName", "Key", "UpdateExpression"} <= update.keys()
    plain = (
        whole
        and all(isinstance(text, str) for text in texts)
        and TABLE.fullmatch(update["TableName"])
        and all(_are_plain(update[name]) for name in VALUES & update.keys())
    )
    return update if plain else None


def _are_plain(values: Any) -> bool:
    return isinstance(values, dict) and all(
        isinstance(value, dict)
        and value.keys() in PLAIN
        and all(isinstance(text, str) for text in value.values())
        for value in values.values()
    )


def _written(asked: Any, made: Any) -> Answer:
    """What is answered, as JSON."""
    if not _are_plain(made.result.get("Attributes", {})):
        answered: Answer = asked.serialized(made)
        return answered
    return 200, {"Content-Type": JSON, **asked.response_headers}, json.dumps(made.result)
