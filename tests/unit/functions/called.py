"""The API, called as API Gateway calls its function."""

import json
from dataclasses import dataclass
from typing import Any

from tests.unit.functions.deployed import EVENTS, Deployed
from tests.unit.runs import SMALL

ASKED = {"source": "sources/a", **SMALL}


@dataclass
class Answer:
    """What the function answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Api:
    """A client of the function, as API Gateway is one."""

    deployed: Deployed
    caller: str = "arn:aws:iam::123456789012:user/painter"
    authorizer: dict[str, Any] | None = None
    """What an authorizer knows of the caller, where it is not that of IAM."""

    @property
    def stack(self):
        return self.deployed.stack

    def __call__(self, method, path, body=None, query=None, **headers: str) -> Answer:
        event = json.loads(json.dumps(EVENTS["api"]))
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        event["requestContext"]["authorizer"]["iam"]["userArn"] = self.caller
        if self.authorizer is not None:
            event["requestContext"]["authorizer"] = self.authorizer
        if query:
            event["queryStringParameters"] = query
            event["rawQueryString"] = "&".join(f"{name}={value}" for name, value in query.items())
        if body is not None:
            event["body"] = body if isinstance(body, str) else json.dumps(body)
            event["headers"]["content-type"] = "application/json"
        event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
        made = self.deployed.invoke("api", event)
        return Answer(made["statusCode"], made["headers"], made["body"])

    def refuses(self, status, *request, **headers) -> Any:
        """The problem that a request is answered with."""
        answer = self(*request, **headers)
        assert answer.status == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["status"] == status
        assert answer.json["detail"]
        return answer.json
