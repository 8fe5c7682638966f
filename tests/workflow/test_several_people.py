"""Several people on one stack: users of IAM with rights to the API alone, and bearers of tokens.

One cloud, with IAM enforced. A stack takes signatures or tokens; for the latter a second API is
served here, of the template's own kind, by the same function.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from combinatoric_collage.cli.stacks import laptop, removal
from combinatoric_collage.cli.stacks.http_api import TOKEN, HttpApi, Identity, send_form
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud
from combinatoric_collage.local.aws import Credentials as Key
from combinatoric_collage.local.aws import client as aws_client
from combinatoric_collage.local.http.api import Api
from combinatoric_collage.local.http.routes import Route
from combinatoric_collage.local.processes.invocation import Caller
from tests.infrastructure.shipped import ROOT
from tests.unit.local.issuer import Issuer, serving
from tests.workflow.running import eventually, photo

ONE = {"rows": 1, "cols": 1, "size": 64, "cell": 16, "styles": ["Cubism", "Baroque"]}
SCOPE = "collages/run"


@dataclass
class Shared:
    """The cloud, its stack, and what its functions have printed."""

    cloud: Cloud
    stack: Stack
    lines: list[str]

    def told(self, *expected: tuple[str, ...]) -> bool:
        """Wait until the audit log has these: who did what to which, and what came of it."""
        marked = '"message":"audit"'

        def found() -> bool:
            lines = [json.loads(line[line.index("{") :]) for line in self.lines if marked in line]
            said = {(one["who"], one["did"], one["collage_id"], one["outcome"]) for one in lines}
            return said.issuperset(expected)

        return bool(eventually(found))


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    lines: list[str] = []
    given = {"Owners": "on", "Administrators": "user/keeper,group/keepers"}
    with laptop.running(given, log=lines.append) as (cloud, stack):
        yield Shared(cloud, stack, lines)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with serving() as issuer:
        yield issuer


def policy(cloud: Cloud) -> str:
    """The one of docs/several-people.md, for this API."""
    page = (ROOT / "docs" / "several-people.md").read_text(encoding="utf-8")
    (found,) = re.findall(r'```json\n(\{\n  "Version".*?)```', page, re.DOTALL)
    return str(found).replace("eu-central-1:111122223333:a1b2c3d4e5", f"*:*:{door_of(cloud).id}")


def door_of(cloud: Cloud) -> Api:
    """The API that the template has."""
    (found,) = (front for front in cloud._fronts if isinstance(front, Api))
    return found


def user(shared: Shared, name: str) -> Key:
    """A user who has that policy and no other; their key."""
    iam = shared.cloud.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="api", PolicyDocument=policy(shared.cloud))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Key(key["AccessKeyId"], key["SecretAccessKey"])


class Asking:
    """The API, asked by somebody."""

    def __init__(self, api: HttpApi) -> None:
        self.api = api

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.api.ask(method, path, sent, {"content-type": "application/json"})
        return answer.status, json.loads(answer.body)

    def upload(self, picture: bytes) -> str:
        """Put a picture in, with the form that the API gives; its key."""
        _, form = self("POST", "/uploads", {"content_type": "image/png"})
        assert send_form(form["url"], form["fields"], picture, "image/png").status == 204
        return str(form["key"])


def signing(shared: Shared, key: Key) -> Asking:
    known = Credentials(key.access_key, key.secret_key)
    identity = Identity(shared.cloud.region, lambda: known)
    return Asking(HttpApi(shared.stack.outputs["ApiUrl"], identity))


def listed(asking: Asking) -> set[str]:
    return {each["id"] for each in asking("GET", "/collages?limit=100")[1]["items"]}


def test_two_users_with_rights_to_the_api_alone_share_a_stack(shared: Shared) -> None:
    keys = {name: user(shared, name) for name in ("anna", "bert", "keeper")}
    anna, bert, keeper = (signing(shared, key) for key in keys.values())
    bucket = shared.stack.outputs["CollagesBucket"]
    function, machine = (shared.stack.outputs[one] for one in ("StartFunction", "StateMachine"))
    for service, what, how in (
        ("s3", "list_objects_v2", {"Bucket": bucket}),
        ("stepfunctions", "list_executions", {"stateMachineArn": machine}),
        ("lambda", "invoke", {"FunctionName": function, "Payload": b"{}"}),
    ):
        own = aws_client(service, shared.cloud.endpoint, shared.cloud.region, keys["anna"])
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(own, what)(**how)

    source = anna.upload(photo())
    asked = {"source": source, **ONE}
    status, mine = anna("POST", "/collages", asked)
    _, again = anna("POST", "/collages", asked)
    _, other = bert("POST", "/collages", asked)
    assert status == 202
    assert again["id"] == mine["id"] != other["id"]
    assert (listed(anna), listed(bert)) == ({mine["id"]}, {other["id"]})
    assert listed(keeper) >= {mine["id"], other["id"]}
    _, seen = keeper("GET", f"/collages/{mine['id']}")
    assert seen["owner"] == {"who": "user/anna", "called": "anna"}

    path = f"/collages/{mine['id']}"
    assert [bert(method, path)[0] for method in ("GET", "DELETE")] == [404, 404]
    assert anna("DELETE", path)[0] == 200
    assert shared.told(
        ("user/anna", "start", mine["id"], "done"),
        ("user/bert", "start", other["id"], "done"),
        ("user/bert", "cancel", mine["id"], "NotInStore"),
        ("user/anna", "cancel", mine["id"], "done"),
    )

    assert removal.all_of(shared.stack, "user/anna") == [mine["id"]]
    assert eventually(lambda: anna("GET", path)[1]["state"] != "running")
    assert bert("POST", f"{path}/deletion")[0] == 404
    assert anna("POST", f"{path}/deletion")[0] == 202
    assert eventually(lambda: anna("GET", path)[0] == 404)
    # Where it stood in the list of theirs is given up last.
    assert eventually(lambda: removal.all_of(shared.stack, "user/anna") == [])
    assert listed(bert) == {other["id"]}


def test_the_command_says_who_asks_and_an_upload_is_the_accounts(shared: Shared) -> None:
    stack, source = shared.stack, photo(7)
    name = stack.client("sts").get_caller_identity()["Arn"].rpartition(":")[2]

    started = stack.start(source, ONE)
    assert stack.accepted(started["id"]).person == name
    stack.cancel(started["id"])
    assert stack.resume(started["id"])["id"] == started["id"]

    metadata = {f"collage-{name}": str(ONE[name]) for name in ("rows", "cols", "size", "cell")}
    stack.client("s3").put_object(
        Bucket=stack.outputs["UploadsBucket"], Key="uploads/a.png", Body=source, Metadata=metadata
    )
    of = ["account/123456789012"]
    ((own,), _) = eventually(lambda: (found := stack.store.newest(2, of=of))[0] and found)
    assert own != started["id"]


def bearing(shared: Shared, door: Api, token: str, patch: pytest.MonkeyPatch) -> Asking:
    patch.setenv(TOKEN, token)
    nobody = Identity(shared.cloud.region, lambda: None)
    return Asking(HttpApi(door.url, nobody, "an issuer"))


def test_two_bearers_of_tokens_share_a_stack(
    shared: Shared, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    good = {"client_id": "studio", "scope": SCOPE, "exp": now + 3600, "iat": now - 3600}
    painters, keepers = ({"cognito:groups": [group, "others"]} for group in ("painters", "keepers"))

    def ask(door: Api, **claims: Any) -> Asking:
        return bearing(shared, door, issuer.token(**{**good, **claims}), monkeypatch)

    with second(shared.cloud, issuer) as door:
        anna, bert = (ask(door, sub=sub, **painters) for sub in ("0a1b", "9f8e"))
        keeper = ask(door, sub="1111", **keepers)
        asked = {"source": anna.upload(photo(3)), **ONE}
        _, mine = anna("POST", "/collages", asked)
        _, ours = anna("POST", "/collages", {**asked, "group": "painters"})

        assert listed(bert) == {ours["id"]}
        assert bert("GET", f"/collages/{mine['id']}")[0] == 404
        assert bert("DELETE", f"/collages/{ours['id']}")[0] == 403
        assert keeper("DELETE", f"/collages/{ours['id']}")[0] == 200
        refused = ({"exp": now - 1}, {"client_id": "another"}, {"scope": "openid"})
        statuses = [ask(door, sub="0a1b", **wrong)("GET", "/masks")[0] for wrong in refused]
        assert statuses == [401, 401, 403]
    assert shared.told(
        ("subject/9f8e", "cancel", ours["id"], "Forbidden"),
        ("subject/1111", "cancel", ours["id"], "done"),
    )
    printed = "".join(shared.lines)
    assert not any(part in printed for part in anna.api._token.split("."))


@contextmanager
def second(cloud: Cloud, issuer: Issuer) -> Iterator[Api]:
    """An API that takes the issuer's tokens, by the function that answers the template's own."""
    (route, *_) = door_of(cloud)._routes
    scheme = {
        "x-amazon-apigateway-authorizer": {
            "type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": issuer.address, "audience": ["studio"]},
        }
    }
    all_of_it = Route("ANY", "/{proxy+}", route.function, 30, ("Jwt",), (SCOPE,))

    def invoke(function: str, event: bytes) -> Any:
        return cloud.invoke(function, event, Caller.API)

    door = Api("tokens", cloud.region, [all_of_it], {"Jwt": scheme}, None, invoke, 0)
    door.stages["$default"] = {}
    door.start()
    try:
        yield door
    finally:
        door.stop()
