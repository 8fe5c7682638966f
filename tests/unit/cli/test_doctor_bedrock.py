"""What `collage doctor` says of Bedrock: faults of an account put in, and what mends them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_socket import enable_socket

from combinatoric_collage.cli.checks import bedrock
from combinatoric_collage.cli.checks.finding import Wrong
from tests.fake_bedrock import Account, FakeBedrock
from tests.unit.cli.test_doctor import aws_says, bucket, look, stack

__all__ = ["aws_says", "bucket", "stack"]

ON = {"Bedrock": "on"}
CHECKS = ("bedrock-role", "bedrock-models", "bedrock-logs", "bedrock-asked")


@pytest.fixture
def fake(aws_says: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBedrock]:
    enable_socket()
    keys = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    account = Account(*keys, session_token=os.environ.get("AWS_SESSION_TOKEN"))
    with FakeBedrock(account=account, detail=0) as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        yield fake


def test_all_is_well_with_an_account_that_has_agreed(stack: Any, fake: FakeBedrock) -> None:
    found = look(stack(**ON), ask_provider=True)

    assert {name: found[name].state for name in CHECKS} == dict.fromkeys(CHECKS, "ok")
    assert found["bedrock-models"].said == "the account may use the models"
    assert found["bedrock-logs"].said == "calls in us-west-2 are not logged"
    assert fake.usd == 0


def test_nothing_is_asked_where_it_is_off(stack: Any, fake: FakeBedrock) -> None:
    found = look(stack(), ask_provider=True)

    assert {found[name].said for name in CHECKS} == {"not used: Bedrock is off"}
    assert fake.requests == []


def test_every_right_is_looked_at_and_the_first_that_is_missing_is_named(
    stack: Any, fake: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def allowed(_: Any, role: str, actions: Any, resource: str, context: Any) -> bool:
        asked[resource] = (role.rpartition("-")[0], tuple(actions), dict(context))
        return "us-east-2::foundation-model/stability.stable-image-erase" not in resource

    monkeypatch.setattr(bedrock, "allowed", allowed)

    found = look(stack(Bedrock="on", BedrockRegion="us-east-1,us-west-2"))["bedrock-role"]

    erase = "stability.stable-image-erase-object-v1:0"
    refused = f"arn:aws:bedrock:us-east-2::foundation-model/{erase}"
    assert found.state == "wrong"
    assert f"may not bedrock:InvokeModel on {refused}: deploy the stack with" in found.said
    prefix, account = "arn:aws:bedrock", "123456789012"
    assert f"{prefix}:us-west-2::foundation-model/stability.sd3-5-large-v1:0" in asked
    profiles = [
        f"{prefix}:{region}:{account}:inference-profile/us.{erase}"
        for region in ("us-east-1", "us-west-2")
    ]
    assert all(asked[profile][2] == {} for profile in profiles)
    assert asked[refused][2] == {"bedrock:InferenceProfileArn": profiles[0]}


def test_terms_that_nobody_agreed_to_are_named_with_the_command(
    aws_says: Any, fake: FakeBedrock
) -> None:
    fake.account.subscribed.clear()

    found = look(parameters=ON, ask_provider=True)

    assert found["bedrock-models"].state == "wrong"
    assert "nobody has agreed to the terms of stability.stable-image-core" in (
        found["bedrock-models"].said
    )
    assert found["bedrock-models"].said.endswith("for this account: collage bedrock access")
    # A call of somebody who may would subscribe the account.
    assert found["bedrock-asked"].state == "not checked"
    assert not fake.account.tried


def test_an_agreement_that_is_not_there_yet_is_waited_for(aws_says: Any, fake: FakeBedrock) -> None:
    fake.account.until["stability-core"] = fake.clock() + 600

    found = look(parameters=ON)["bedrock-models"]

    assert found.state == "wrong"
    assert "stability.stable-image-core-v1:1: agreed to, and AWS is at it" in found.said


def test_logging_is_no_fault_but_told_by_region(aws_says: Any, fake: FakeBedrock) -> None:
    fake.account.logging["us-east-2"] = {
        "s3Config": {"bucketName": "everything"},
        "imageDataDeliveryEnabled": True,
        "textDataDeliveryEnabled": True,
    }

    found = look(parameters={**ON, "BedrockRegion": "us-west-2,us-east-2"})["bedrock-logs"]

    assert found.state == "ok"
    assert found.said == (
        "calls in us-west-2 are not logged; prompts and pictures of everybody in us-east-2 are "
        "LOGGED to s3://everything"
    )


@pytest.mark.parametrize(
    ("lacks", "state", "said"),
    [
        ({"forbid": ("us-west-2",)}, "wrong", "A service control policy"),
        ({"deny": ("*",)}, "not checked", "these credentials may not bedrock:InvokeModel"),
    ],
)
def test_why_a_call_is_denied_is_told_apart(
    lacks: dict[str, Any], state: str, said: str, aws_says: Any, fake: FakeBedrock
) -> None:
    vars(fake.account).update(lacks)

    found = look(parameters=ON, ask_provider=True)["bedrock-asked"]

    assert found.state == state
    assert said in found.said


def test_a_model_that_aws_retires_is_told_before_and_after() -> None:
    soon, past = (datetime.now(UTC) + timedelta(days=days) for days in (90, -1))

    def life(**said: Any) -> dict[str, Any]:
        return {"modelDetails": {"modelLifecycle": said}}

    assert bedrock._legacy("a", life(status="ACTIVE")) == []
    (told,) = bedrock._legacy("a", life(status="LEGACY", endOfLifeTime=soon))
    assert told.startswith(f"a is LEGACY, until {soon:%Y-%m-%d}")
    with pytest.raises(Wrong, match=f"a is no more since {past:%Y-%m-%d}"):
        bedrock._legacy("a", life(status="LEGACY", endOfLifeTime=past))
