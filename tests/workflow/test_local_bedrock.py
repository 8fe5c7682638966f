"""Bedrock by way of the laptop cloud: whose rights count, who asks AWS, and what is passed on."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ResponseStreamingError

from combinatoric_collage.local import Cloud, aws
from tests.workflow.pack_in_use import call

INPAINT, CORE = "stability.stable-image-inpaint-v1:0", "stability.stable-image-core-v1:1"
MOST_BYTES = 25_000_000
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Asks:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Timeout: 60
      Policies:
        - Statement:
            - Effect: Allow
              Action: bedrock:InvokeModel
              Resource:
                - arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.stability.*
                - arn:aws:bedrock:us-west-2::foundation-model/stability.stable-image-core-v1:1
            - Effect: Allow
              Action: bedrock:InvokeModel
              Resource: [DESTINATIONS]
              Condition:
                StringLike:
                  bedrock:InferenceProfileArn: arn:aws:bedrock:*:123456789012:inference-profile/us.*
Outputs:
  Asks: { Value: !Ref Asks }
  Role: { Value: !GetAtt AsksRole.Arn }
"""
CODE = """
import os
import boto3

def handler(event, context):
    client = boto3.client("bedrock-runtime", region_name="us-west-2")
    answer = client.invoke_model(modelId=event["model"], body=b"{}", contentType="application/json")
    return {"said": answer["body"].read().decode(), "environment": dict(os.environ)}
"""


@dataclass
class Service:
    """What stands in AWS's place: it notes what it is asked, and answers as it is told."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"images": []}'
    cut_after: int | None = None
    """Bytes of the body after which the connection breaks; -1: before any answer."""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""


@pytest.fixture(scope="module")
def aws_itself() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = {name.lower(): value for name, value in self.headers.items()}
            service.asked.append((self.path, sent, body))
            if service.cut_after == -1:
                return
            self.send_response(service.status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(service.body)))
            self.end_headers()
            self.wfile.write(service.body[: service.cut_after])

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield service
        server.shutdown()


@pytest.fixture
def service(aws_itself: Service) -> Service:
    """The same, as it is at first."""
    fresh = Service(asked=aws_itself.asked, address=aws_itself.address)
    fresh.asked.clear()
    vars(aws_itself).update(vars(fresh))
    return aws_itself


def pack(folder: Path, *destinations: str) -> Path:
    """A stack with one function, whose models may be worked in these Regions."""
    models = ", ".join(
        f'"arn:aws:bedrock:{region}::foundation-model/stability.*"' for region in destinations
    )
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "template.yaml").write_text(TEMPLATE.replace("DESTINATIONS", models))
    return folder / "template.yaml"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "state"


@pytest.fixture(scope="module")
def cloud(
    aws_itself: Service, lines: list[str], state: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cloud]:
    template = pack(tmp_path_factory.mktemp("pack"), "us-east-1", "us-east-2", "us-west-2")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "AKIAWHOSTARTEDIT",
            "AWS_SECRET_ACCESS_KEY": "never-to-be-seen",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": aws_itself.address,
        }.items():
            patch.setenv(name, value)
        with Cloud(template, stack="asks", workers=2, log=lines.append, state=state) as cloud:
            yield cloud


def client(cloud: Cloud, region: str = "us-west-2", **keys: str) -> Any:
    """Bedrock's runtime for the function's role, by a client as functions have it."""
    credentials = cloud.identities.assume(cloud.outputs["Role"], "Asks")
    changed = aws.Credentials(**{**vars(credentials), **keys})
    retries = {"total_max_attempts": 1}
    return aws.client("bedrock-runtime", cloud.endpoint, region, changed, retries=retries)


def ask(cloud: Cloud, model: str, body: bytes = b"{}", **more: Any) -> bytes:
    answer = client(cloud, **more).invoke_model(
        modelId=model, body=body, contentType="application/json", accept="application/json"
    )
    return bytes(answer["body"].read())


def refusal(cloud: Cloud, model: str, **more: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        ask(cloud, model, **more)
    return dict(caught.value.response)


def test_a_function_asks_with_its_role_and_aws_is_asked_by_who_started_the_cloud(
    cloud: Cloud, service: Service, lines: list[str], state: Path
) -> None:
    service.body = b'{"seeds": [7]}'

    _, answer = call(cloud, "Asks", {"model": f"us.{INPAINT}"})

    assert json.loads(answer["said"]) == {"seeds": [7]}
    ((path, headers, body),) = service.asked
    assert path == "/model/us.stability.stable-image-inpaint-v1%3A0/invoke"
    assert body == b"{}"
    assert headers["content-type"] == "application/json"
    assert "Credential=AKIAWHOSTARTEDIT/" in headers["authorization"]
    assert "/us-west-2/bedrock/aws4_request" in headers["authorization"]
    assert "x-amz-security-token" not in headers
    assert "AWS_ENDPOINT_URL_BEDROCK_RUNTIME" not in answer["environment"]
    kept = [path.read_text(errors="replace") for path in state.rglob("*") if path.is_file()]
    for seen in (str(answer["environment"]), *lines, *kept):
        assert "AKIAWHOSTARTEDIT" not in seen
        assert "never-to-be-seen" not in seen


@pytest.mark.parametrize(
    ("model", "region", "resource"),
    [
        (CORE, "us-east-1", f"us-east-1::foundation-model/{CORE}"),
        (INPAINT, "us-west-2", f"us-west-2::foundation-model/{INPAINT}"),
        (
            f"us.{INPAINT}",
            "us-east-2",
            f"us-east-2:123456789012:inference-profile/us.{INPAINT}",
        ),
        (
            "us.amazon.nova-2-lite-v1:0",
            "us-west-2",
            "us-west-2:123456789012:inference-profile/us.amazon.nova-2-lite-v1:0",
        ),
    ],
)
def test_what_the_role_may_not_ask_is_refused_as_aws_does_and_asks_nobody(
    model: str, region: str, resource: str, cloud: Cloud, service: Service
) -> None:
    refused = refusal(cloud, model, region=region)

    assert refused["Error"]["Code"] == "AccessDeniedException"
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 403
    role = cloud.outputs["Role"].rpartition("/")[2]
    assert refused["Error"]["Message"] == (
        f"User: arn:aws:sts::123456789012:assumed-role/{role}/Asks is not authorized to perform: "
        f"bedrock:InvokeModel on resource: arn:aws:bedrock:{resource} because no identity-based "
        "policy allows the bedrock:InvokeModel action"
    )
    assert service.asked == []


def test_a_right_that_is_missing_in_one_region_fails_each_third_call(
    cloud: Cloud, service: Service
) -> None:
    iam, role = cloud.client("iam"), cloud.outputs["Role"].rpartition("/")[2]
    deny = {
        "Effect": "Deny",
        "Action": "bedrock:*",
        "Resource": "arn:aws:bedrock:us-east-2::foundation-model/*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=role, PolicyName="not-there", PolicyDocument=document)
    said = []
    try:
        for _ in range(6):
            try:
                ask(cloud, f"us.{INPAINT}")
            except ClientError as error:
                said.append(error.response["Error"]["Message"])
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="not-there")

    assert len(service.asked) == 4
    assert len(said) == 2
    assert all(
        one.endswith(
            f"on resource: arn:aws:bedrock:us-east-2::foundation-model/{INPAINT} "
            "with an explicit deny in an identity-based policy"
        )
        for one in said
    )


def test_a_model_of_one_region_is_asked_by_its_own_name(cloud: Cloud, service: Service) -> None:
    assert ask(cloud, CORE) == service.body
    assert [path for path, _, _ in service.asked] == [
        "/model/stability.stable-image-core-v1%3A1/invoke"
    ]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"secret_key": "another"}, "InvalidSignatureException"),
        ({"access_key": "ASIANOBODYKNOWS"}, "UnrecognizedClientException"),
        ({"token": "another"}, "UnrecognizedClientException"),
    ],
)
def test_a_key_that_is_not_of_this_cloud_asks_nothing(
    keys: dict[str, str], code: str, cloud: Cloud, service: Service
) -> None:
    assert refusal(cloud, CORE, **keys)["Error"]["Code"] == code
    assert service.asked == []


def test_an_error_of_aws_comes_as_it_is(cloud: Cloud, service: Service) -> None:
    service.status = 429
    service.headers = {
        "x-amzn-ErrorType": "ThrottlingException:http://internal.amazon.com/coral/",
        "Content-Type": "application/json",
        "x-amzn-RequestId": "1234",
    }
    service.body = b'{"message": "Too many requests, please wait before trying again."}'

    refused = refusal(cloud, CORE)

    assert refused["Error"] == {
        "Code": "ThrottlingException",
        "Message": "Too many requests, please wait before trying again.",
    }
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert refused["ResponseMetadata"]["RequestId"] == "1234"


def test_the_largest_bodies_pass_both_ways(cloud: Cloud, service: Service) -> None:
    service.body = bytes(range(256)) * (MOST_BYTES // 256)
    sent = service.body[::-1]

    assert ask(cloud, CORE, sent) == service.body
    assert service.asked[0][2] == sent


def test_a_connection_that_breaks_before_an_answer_breaks_here_too(
    cloud: Cloud, service: Service
) -> None:
    service.cut_after = -1

    with pytest.raises(ConnectionClosedError):
        ask(cloud, CORE)
    assert len(service.asked) == 1


def test_a_connection_that_breaks_within_an_answer_breaks_here_too(
    cloud: Cloud, service: Service
) -> None:
    service.cut_after = 5

    with pytest.raises(ResponseStreamingError):
        ask(cloud, CORE)


def test_other_requests_are_as_before(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="model")
    s3.put_object(Bucket="model", Key="a/invoke", Body=b"1")

    assert s3.get_object(Bucket="model", Key="a/invoke")["Body"].read() == b"1"
