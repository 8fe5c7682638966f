"""What the functions call, in this process on loopback: AWS's services by moto, and providers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from collage.sharing import key_pair
from tests.fake_bedrock import Account, FakeBedrock
from tests.fake_openai import FakeOpenAI
from tests.infrastructure.shipped import template

KEY = "sk-emulated"
CREDENTIALS = "testing"
"""Both parts of them, as moto and Bedrock's fake take them."""
UPLOADS, COLLAGES, TABLE, SECRET = "uploads", "collages", "limits", "openai"
SIGNING, DOMAIN = "sharing", "shared.example"
HOLDS = frozenset({"HasSharing", "HasSharingKeyA", "HasSharingDomain"})
"""The template's conditions that hold, beside what its parameters' defaults have: a stack that
shares, so that the function which does is there."""


@dataclass(frozen=True)
class Services:
    """Where they are, and how the stack calls what lies in them."""

    endpoint: str
    bedrock: str
    """The endpoint of Amazon Bedrock."""
    references: dict[str, str]

    def client(self, service: str) -> Any:
        """A client with no need of this machine's own set-up."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=CREDENTIALS,
            aws_secret_access_key=CREDENTIALS,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a function finds them."""
        return {
            "AWS_ACCESS_KEY_ID": CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.bedrock,
        }

    def get(self, key: str) -> bytes:
        """What a function wrote to the collages bucket."""
        found = self.client("s3").get_object(Bucket=COLLAGES, Key=key)
        return bytes(found["Body"].read())

    def data(self, key: str) -> Any:
        """The same of a file of JSON."""
        return json.loads(self.get(key))

    def listing(self, prefix: str) -> set[str]:
        """What lies below a key in the collages bucket, without it."""
        found = self.client("s3").list_objects_v2(Bucket=COLLAGES, Prefix=prefix)
        return {item["Key"].removeprefix(prefix) for item in found.get("Contents", [])}


@contextmanager
def services() -> Iterator[Services]:
    """Buckets, a table, a secret and a workflow that does nothing."""
    from moto.server import ThreadedMotoServer

    # One line a request would be all that is seen.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    account = Account(access_key=CREDENTIALS, secret_key=CREDENTIALS)
    with FakeOpenAI(key=KEY) as provider, FakeBedrock(account=account, detail=0) as bedrock:
        server.start()
        try:
            host, port = server.get_host_and_port()
            made = Services(f"http://{host}:{port}", bedrock.url, {})
            made.references.update(_stack(made, provider.base_url))
            yield made
        finally:
            server.stop()


def _stack(on: Services, provider: str) -> dict[str, str]:
    """Make what the template's references name, as far as functions are told of it."""
    for bucket in (UPLOADS, COLLAGES):
        on.client("s3").create_bucket(Bucket=bucket)
    on.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    )
    private, public = key_pair.make()
    for secret, text in ((SECRET, KEY), (SIGNING, private)):
        on.client("secretsmanager").create_secret(Name=secret, SecretString=text)
    machine = on.client("stepfunctions").create_state_machine(
        name="collage",
        definition=json.dumps({"StartAt": "Nothing", "States": {"Nothing": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/collage",
    )
    defaults = {name: str(p["Default"]) for name, p in template()["Parameters"].items()}
    return {
        **defaults,
        "OpenAiSecret": SECRET,
        "OpenAiBaseUrl": provider,
        "Bedrock": "on",
        "UploadsBucket": UPLOADS,
        "CollagesBucket": COLLAGES,
        "LimitsTable": TABLE,
        "CollageStateMachine": machine["stateMachineArn"],
        "MessagesStateMachine": machine["stateMachineArn"],
        "AssembleCollageFunction": "AssembleCollage",
        "ExportCollageFunction": "ExportCollage",
        "ShareCollageFunction": "ShareCollage",
        "SharingSecret": SIGNING,
        "SharingDomain": DOMAIN,
        "SharingKeyA": "K1",
        "SharingPublicKeyA": public,
        "DeleteCollageFunction": "DeleteCollage",
        "AWS::StackName": "emulated",
    }
