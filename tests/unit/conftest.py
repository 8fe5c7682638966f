import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from pytest_socket import disable_socket, enable_socket

from collage.engines import call_ends
from collage.services import Services
from collage.settings import Settings
from collage.spending import limits
from collage.store.store import Store
from collage.watch.runs import Runs
from tests.mocked import mocked

UPLOADS, COLLAGES = "uploads-bucket", "collages-bucket"


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def _any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sees depends neither on how fast the machine is nor on when it is asked."""
    # A provider's error that comes at once does, also from a thread that waits for a processor.
    monkeypatch.setattr(call_ends, "AT_ONCE", 600.0)
    # What is counted of a day is counted at noon: no test runs over midnight.
    ahead = 12 * 3600 - time.time() % 86400
    monkeypatch.setattr(limits, "time", lambda: time.time() + ahead)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS in this process, with nothing of the machine's own set-up in it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mocked():
        yield


@dataclass
class Stack:
    """A store over two buckets, and what was done with it."""

    store: Store
    services: Services
    runs: Runs

    @property
    def started(self) -> dict[str, dict[str, Any]]:
        """The inputs of the runs that were started, by name."""
        states = self.runs.states
        found = states.list_executions(stateMachineArn=self.runs.machine)["executions"]
        return {
            run["name"]: json.loads(
                states.describe_execution(executionArn=run["executionArn"])["input"]
            )
            for run in found
        }

    def put(self, key: str, data: bytes) -> str:
        """Put an upload; its key."""
        self.store.s3.put_object(Bucket=self.store.uploads, Key=key, Body=data)
        return key

    def get(self, key: str) -> bytes:
        """Anything in the collages bucket."""
        return self.store.s3.get_object(Bucket=self.store.collages, Key=key)["Body"].read()

    def listing(self, prefix: str = "") -> set[str]:
        """What lies in the collages bucket."""
        found = self.store.s3.list_objects_v2(Bucket=self.store.collages, Prefix=prefix)
        return {item["Key"] for item in found.get("Contents", [])}


@pytest.fixture
def stack(aws: None) -> Stack:
    """Two empty buckets and the store over them."""
    client = boto3.client("s3")
    for bucket in (UPLOADS, COLLAGES):
        client.create_bucket(Bucket=bucket)
    states = boto3.client("stepfunctions")
    machine = states.create_state_machine(
        name="runs",
        definition=json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/r",
    )
    return Stack(
        Store(client, UPLOADS, COLLAGES),
        Services(
            Settings(uploads_bucket=UPLOADS, collages_bucket=COLLAGES, min_share=0.8),
        ),
        Runs(states, machine["stateMachineArn"]),
    )


@pytest.fixture
def written(stack: Stack) -> list[str]:
    """Keys in the order in which the store puts them."""
    keys: list[str] = []
    stack.store.s3.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: keys.append(params["Key"])
    )
    return keys


@pytest.fixture
def limits_table(aws: None) -> str:
    """The empty table of the shared limits, as the template has it; its name."""
    boto3.client("dynamodb").create_table(
        TableName="limits",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    )
    return "limits"
