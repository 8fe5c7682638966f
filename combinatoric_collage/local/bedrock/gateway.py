"""What answers for ``bedrock-runtime`` at the cloud's AWS endpoint.

A call is let through when its key may make it, as IAM decides at AWS, and is then made anew with
the credentials of who started the cloud. AWS asks for two rights where a profile is named: to the
profile in the Region that is asked, and to its model in the Region that the call is taken to.
"""

import json
import re
import socket
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.bedrock.caller import Caller, Refused
from combinatoric_collage.local.bedrock.own_aws import CutOffError, OwnAws, UnreachableError
from combinatoric_collage.local.errors import NoCredentialsError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/bedrock/aws4_request")
PATH = re.compile(r"/model/([^/?]+)/(invoke|converse)(-with-response-stream|-stream)?")
DESTINATIONS = {"us": ("us-east-1", "us-east-2", "us-west-2")}
"""The Regions of a geography's profiles; of other geographies they differ by model."""
SENT_ON = ("content-type", "accept")
OF_BEDROCK = "x-amzn-bedrock-"
"""What the headers begin with by which a call says more: a guardrail, a trace, a latency."""
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
ERRORS = "http://internal.amazon.com/coral/com.amazon.bedrock/"


class Gateway:
    """A WSGI application: Bedrock's runtime here, all else in another."""

    def __init__(self, otherwise: "WSGIApplication", own: OwnAws) -> None:
        """`own` is the AWS that calls are passed on to."""
        self._otherwise = otherwise
        self._own = own
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """The WSGI side of it."""
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        path = str(environ.get("RAW_URI", ""))
        asked = PATH.fullmatch(path)
        if scope is None or asked is None:
            return self._otherwise(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        action = "bedrock:InvokeModelWithResponseStream" if asked[3] else "bedrock:InvokeModel"
        try:
            caller = Caller.of(environ, path, body)
            self._check(caller, action, scope[1], unquote(asked[1]))
            return self._passed_on(environ, start, scope[1], path, body)
        except Refused as refused:
            return _refuse(start, refused.status, refused.code, str(refused))
        except NoCredentialsError as error:
            return _refuse(start, "403 Forbidden", "UnrecognizedClientException", str(error))
        except CutOffError:
            # The server would wait for another request on a connection that was not answered.
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise
        except UnreachableError as error:
            return _refuse(
                start, "503 Service Unavailable", "ServiceUnavailableException", str(error)
            )

    def _check(self, caller: Caller, action: str, region: str, model: str) -> None:
        # An ARN may be given in the place of an id.
        name = model.rpartition("/")[2]
        geography, _, plain = name.partition(".")
        if geography not in DESTINATIONS:
            caller.check(action, _model(region, name))
            return
        profile = f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}"
        caller.check(action, profile)
        destination = self._destination(geography, profile)
        caller.check(action, _model(destination, plain), {"bedrock:InferenceProfileArn": profile})

    def _destination(self, geography: str, profile: str) -> str:
        """The Regions in turn, so that a right that is missing in one of them shows soon."""
        with self._lock:
            turn = self._taken[profile]
            self._taken[profile] += 1
        regions = DESTINATIONS[geography]
        return regions[turn % len(regions)]

    def _passed_on(
        self,
        environ: "WSGIEnvironment",
        start: "StartResponse",
        region: str,
        path: str,
        body: bytes,
    ) -> Iterable[bytes]:
        headers = {name: value for name, value in _headers(environ) if _sent_on(name)}
        answer = self._own.ask(region, environ["REQUEST_METHOD"], path, headers, body)
        kept = [(k, v) for k, v in answer.headers.items() if k.lower() not in HOP_BY_HOP]
        start(f"{answer.status} Answered", kept)
        return answer.body


def _model(region: str, name: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"


def _headers(environ: "WSGIEnvironment") -> Iterable[tuple[str, str]]:
    for variable, value in environ.items():
        name = variable.removeprefix("HTTP_").replace("_", "-").lower()
        if isinstance(value, str) and (variable.startswith("HTTP_") or name in SENT_ON):
            yield name, value


def _sent_on(name: str) -> bool:
    return name in SENT_ON or name.startswith(OF_BEDROCK)


def _refuse(start: "StartResponse", status: str, code: str, message: str) -> Iterable[bytes]:
    body = json.dumps({"message": message}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        ("x-amzn-ErrorType", f"{code}:{ERRORS}"),
    ]
    start(status, headers)
    return [body]
