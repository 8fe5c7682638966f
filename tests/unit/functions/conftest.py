"""What is deployed, the API of that, and a request that it has accepted."""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from collage.steps.start_collage import start
from tests.infrastructure.shipped import DEFINITIONS, WORKFLOW, template
from tests.unit import runs
from tests.unit.conftest import COLLAGES, UPLOADS, Stack
from tests.unit.functions.called import Api
from tests.unit.functions.deployed import EVENTS, GIVEN, SOURCE, Deployed, forget


@pytest.fixture
def deployed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Buckets, a state machine, and an empty process."""
    machine = boto3.client("stepfunctions").create_state_machine(
        name="collage",
        definition=DEFINITIONS[WORKFLOW].read_text(),
        roleArn="arn:aws:iam::123456789012:role/r",
    )
    forget()
    defaults = {name: str(p["Default"]) for name, p in template()["Parameters"].items()}
    yield Deployed(
        stack,
        {
            **defaults,
            **GIVEN,
            "UploadsBucket": UPLOADS,
            "CollagesBucket": COLLAGES,
            "LimitsTable": "limits",
            "AWS::StackName": "collage",
            "CollageStateMachine": machine["stateMachineArn"],
            "MessagesStateMachine": machine["stateMachineArn"],
            "AssembleCollageFunction": "assemble",
            "ExportCollageFunction": "export",
            "DeleteCollageFunction": "delete",
            "ShareCollageFunction": "share",
            "SharingDistribution.DomainName": "d1.cloudfront.net",
        },
        monkeypatch,
    )
    forget()


@pytest.fixture
def accepted(deployed: Deployed) -> str:
    """The request of the sample events, as the door leaves it; its id."""
    asked, made = EVENTS["start_collage_request"], EVENTS["list_styles"]["id"]
    deployed.stack.put(asked["source"], SOURCE)
    found = start(
        deployed.stack.store,
        deployed.stack.services,
        deployed.stack.runs,
        asked["source"],
        asked["request"],
    )
    # The samples' id is of another picture: only the id is put in its place.
    known = deployed.stack.store.accepted(found["id"])
    deployed.stack.store.put_accepted(known.model_copy(update={"id": made}))
    deployed.stack.store.put_styles(made, deployed.stack.store.styles(found["id"]))
    return str(made)


@pytest.fixture
def api(deployed: Deployed, limits_table: str) -> Api:
    deployed.stack.put("sources/a", runs.SOURCE)
    own = type(deployed.stack.runs)(
        boto3.client("stepfunctions"), deployed.references["CollageStateMachine"]
    )
    # The library and the function look at the same runs.
    return Api(replace(deployed, stack=replace(deployed.stack, runs=own)))


@pytest.fixture
def refuses_aws(monkeypatch):
    """Makes an operation of AWS end with an error, while others go on; a call puts it right."""
    real, faults = BaseClient._make_api_call, {}

    def call(client, operation, given):
        if operation in faults:
            raise faults[operation]
        return real(client, operation, given)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)

    def refuse(operation, code):
        faults[operation] = ClientError({"Error": {"Code": code, "Message": "No."}}, operation)
        return faults.clear

    refuse.faults = faults
    return refuse
