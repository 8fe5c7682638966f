"""Which resource a request is about, so that a role's policies are held to what they name.

moto knows that of S3, SQS and IAM alone: elsewhere it asks a policy about the resource `*`, which
a policy that names its resources does not allow. Here are the services that packs use most. Where
the resource is not known only the action is checked.
"""

import functools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from combinatoric_collage.local.aws import ACCOUNT

# IAM's names where they are not those of the API.
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "lambda:InvokeAsync": "lambda:InvokeFunction"}


class _Any(str):
    """A resource that every policy's resource matches."""

    __slots__ = ()


ANY = _Any("*")


def resources(service: str, region: str, path: str, body: bytes | str) -> list[str]:
    """The ARNs of the resources a signed request asks for."""
    try:
        asked = json.loads(body or "{}")
    except ValueError:
        asked = {name: values[0] for name, values in parse_qs(_text(body)).items()}
    names = _FINDERS[service](asked, path) if service in _FINDERS else []
    prefix = f"arn:aws:{service}:{region}:{ACCOUNT}:"
    return [name if name.startswith("arn:") else prefix + name for name in names if name] or [ANY]


def _text(body: bytes | str) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else body


def _states(asked: dict[str, Any], _path: str) -> list[str]:
    keys = ("stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn")
    return [asked[key] for key in keys if asked.get(key)]


def _lambda(_asked: dict[str, Any], path: str) -> list[str]:
    match = re.search(r"/functions/([^/?]+)", path)
    if match is None:
        return []
    name = unquote(match[1])
    return [name if name.startswith("arn:") else f"function:{name}"]


def _dynamodb(asked: dict[str, Any], _path: str) -> list[str]:
    tables = [asked["TableName"]] if "TableName" in asked else list(asked.get("RequestItems", ()))
    for item in asked.get("TransactItems", ()):
        tables += [operation["TableName"] for operation in item.values()]
    tables = [name if name.startswith("arn:") else f"table/{name}" for name in tables]
    index = asked.get("IndexName")
    return [f"{table}/index/{index}" for table in tables] if index else tables


def _events(asked: dict[str, Any], _path: str) -> list[str]:
    buses = {entry.get("EventBusName") or "default" for entry in asked.get("Entries", ())}
    return [bus if bus.startswith("arn:") else f"event-bus/{bus}" for bus in buses]


def _ecs(asked: dict[str, Any], _path: str) -> list[str]:
    names = [asked[key] for key in ("taskDefinition", "task") if key in asked]
    names = names or asked.get("tasks", [])
    return [name for name in names if name.startswith("arn:")]


def _ssm(asked: dict[str, Any], _path: str) -> list[str]:
    names = [asked["Name"]] if "Name" in asked else asked.get("Names", [])
    return [name if name.startswith("arn:") else f"parameter/{name.lstrip('/')}" for name in names]


def _sns(asked: dict[str, Any], _path: str) -> list[str]:
    return [asked[key] for key in ("TopicArn", "TargetArn") if asked.get(key)]


def _secretsmanager(asked: dict[str, Any], _path: str) -> list[str]:
    name = asked.get("SecretId") or asked.get("Name") or ""
    # Six letters that only AWS knows follow a secret's name in its ARN.
    return [name if name.startswith("arn:") else f"secret:{name}-xxxxxx"] if name else []


def _logs(asked: dict[str, Any], _path: str) -> list[str]:
    # As AWS says it of what is read from a group and not from a stream of it.
    name = asked.get("logGroupName")
    return [f"log-group:{name}:log-stream:{asked.get('logStreamName', '')}"] if name else []


_FINDERS: dict[str, Callable[[dict[str, Any], str], list[str]]] = {
    "states": _states,
    "lambda": _lambda,
    "dynamodb": _dynamodb,
    "events": _events,
    "ecs": _ecs,
    "ssm": _ssm,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "logs": _logs,
}


@functools.lru_cache(maxsize=1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    return re.compile("".join(signs.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def match(pattern: str, value: str) -> re.Match[str] | None:
    """IAM's wildcards; moto takes the rest of a pattern for a regular expression."""
    return _pattern("*" if value is ANY else pattern).fullmatch(value)


def presigned(url: str) -> dict[str, str] | None:
    """The headers that a presigned URL stands for; its signature is not among them."""
    query = {name: values[0] for name, values in parse_qs(urlparse(url).query).items()}
    scope = query.get("X-Amz-Credential")
    if scope is None and "AWSAccessKeyId" in query:
        scope = f"{query['AWSAccessKeyId']}/0/us-east-1/s3/aws4_request"
    if scope is None:
        return None
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature="}
    token = query.get("X-Amz-Security-Token") or query.get("x-amz-security-token")
    return headers | ({"X-Amz-Security-Token": token} if token else {})
