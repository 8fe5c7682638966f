"""A page of the studio, as its server sees one, and a stack behind it."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.credentials import Credentials

from combinatoric_collage.cli.stacks.http_api import Identity
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.studio.studio_server import Server


@dataclass
class Gateway:
    """An API on loopback that notes what it is asked, and a place for uploads."""

    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    answer: Any = field(default_factory=dict)
    kind: str = "application/json"
    more: dict[str, str] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True)
class Described:
    """CloudFormation, that has one stack."""

    outputs: dict[str, str]
    parameters: dict[str, str]

    def describe_stacks(self, **_: str) -> Any:
        given = [{"ParameterKey": k, "ParameterValue": v} for k, v in self.parameters.items()]
        found = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        return {"Stacks": [{"Outputs": found, "Parameters": given}]}


def reached(stack: Any, url: str, **parameters: str) -> Stack:
    """The unit tests' stack as a command has it, with its API at ``url``."""
    outputs = {
        "ApiUrl": url,
        "UploadsBucket": stack.store.uploads,
        "CollagesBucket": stack.store.collages,
        "StateMachine": stack.runs.machine,
    }
    clients = {
        "cloudformation": Described(outputs, parameters),
        "s3": boto3.client("s3"),
        "stepfunctions": boto3.client("stepfunctions"),
    }
    identity = Identity("eu-north-1", lambda: Credentials("a-key", "a-secret", "a-session"))
    return Stack(clients.__getitem__, "collage", identity=identity)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def problem(self) -> str:
        assert self.headers["Content-Type"] == "application/problem+json"
        name: str = json.loads(self.body)["type"]
        return name.removeprefix("urn:collage:problem:")


def send(
    studio: Server,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str | None] | None = None,
) -> Answer:
    """Ask as a page of the studio does; headers of None are left out."""
    place = f"127.0.0.1:{studio.server_port}"
    given: dict[str, str | None] = {
        "Host": place,
        "Origin": None if method == "GET" else f"http://{place}",
        "Cookie": f"{studio.door.cookie}={studio.door.session}",
        "Content-Type": "application/json" if body is not None else None,
        "Content-Length": None if body is None else str(len(body)),
        **(headers or {}),
    }
    connection = http.client.HTTPConnection(place, timeout=600)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in given.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read())
