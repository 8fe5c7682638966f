"""An account agrees to the models' terms: to what is said first, and what else can come of it."""

import json
from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket
from typer.testing import CliRunner, Result

from combinatoric_collage.cli import confirmation
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.commands import bedrock
from tests.fake_bedrock import Account, FakeBedrock

CORE = "stability.stable-image-core-v1:1"
INPAINT = "stability.stable-image-inpaint-v1:0"


@pytest.fixture
def account() -> Account:
    return Account(subscribed=set())


@pytest.fixture
def fake(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBedrock]:
    enable_socket()
    monkeypatch.setattr(bedrock, "POLL_SECONDS", 0.01)
    with FakeBedrock(account=account) as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        # Nobody there says which account it is.
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
        yield fake


def access(*options: str) -> Result:
    return CliRunner().invoke(app, ["bedrock", "access", *options])


def test_it_is_said_to_what_before_anybody_agrees(
    fake: FakeBedrock, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(confirmation, "somebody", lambda: True)
    monkeypatch.setattr(confirmation, "in_person", asked.append)

    ended = access()

    assert asked == ["Agree to these terms for the whole account?"]
    assert ended.exit_code == 1
    assert "would subscribe in AWS Marketplace to" in ended.output
    for said in (CORE, INPAINT, "$0.04", "$0.07", "https://stability.ai/terms-of-use"):
        assert said in ended.output
    assert account.subscribed == set()


def test_where_nobody_can_be_asked_nothing_is_agreed_to(
    fake: FakeBedrock, account: Account
) -> None:
    ended = access()

    assert ended.exit_code == 2
    assert "with --yes the 3 offers above are agreed to unasked" in ended.output
    assert account.subscribed == set()


def test_one_of_the_image_services_brings_all_and_a_second_time_there_is_nothing_to_do(
    fake: FakeBedrock, account: Account
) -> None:
    first = access("--yes")
    second = access("--json")

    assert first.exit_code == 0, first.output
    assert account.subscribed == {
        "stability-core", "stability-sd3.5-large", "stability-image-services"
    }  # fmt: skip
    assert json.loads(second.stdout) == {
        "account": None, "available": [*map(bedrock.plain, bedrock.MODELS)], "agreed": []
    }  # fmt: skip


def test_one_model_alone_by_the_id_of_its_profile(fake: FakeBedrock, account: Account) -> None:
    assert access("--yes", "--model", f"us.{INPAINT}").exit_code == 0

    assert account.subscribed == {"stability-image-services"}


def test_a_subscription_that_takes_its_time_is_waited_for(
    fake: FakeBedrock, account: Account
) -> None:
    account.pending_seconds = 0.2

    ended = access("--yes", "--model", CORE)

    assert ended.exit_code == 0
    assert "AWS is at it, which may take a quarter of an hour" in ended.output
    assert f"{CORE}: the account may use it" in ended.output


def test_one_that_does_not_come_is_told(
    fake: FakeBedrock, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.pending_seconds = 3600
    monkeypatch.setattr(bedrock, "WAIT_SECONDS", 0.05)

    ended = access("--yes", "--model", CORE)

    assert ended.exit_code == 1
    assert f"StillPending: {CORE} is PENDING after" in ended.output


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"payment": False}, "set a default payment method in the Billing console"),
        ({"may_subscribe": False}, "aws-marketplace:Subscribe and aws-marketplace:ViewSubscr"),
    ],
)
def test_what_the_account_or_the_credentials_lack_is_told_apart(
    lacks: dict[str, bool], said: str, fake: FakeBedrock, account: Account
) -> None:
    vars(account).update(lacks)

    ended = access("--yes", "--model", CORE)

    assert ended.exit_code == 2
    assert "NotAgreed" in ended.output
    assert said in ended.output.replace("\n", " ")
    assert account.subscribed == set()


def test_a_region_that_has_no_such_model_is_named(fake: FakeBedrock) -> None:
    ended = access("--model", CORE, "--region", "us-east-1")

    assert ended.exit_code == 2
    assert f"{CORE} is not there in us-east-1" in ended.output


def test_a_model_that_nobody_knows_is_named(fake: FakeBedrock) -> None:
    ended = access("--model", "stability.no-such-model-v1:0", "--yes")

    assert ended.exit_code == 2
    assert "stability.no-such-model-v1:0: AWS knows no model of this id" in ended.output


def test_where_no_connection_comes_about_nothing_is_said_of_a_stack(
    fake: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    ended = access("--yes")

    assert ended.exit_code == 1
    assert "AWS cannot be reached" in ended.output
    assert "stack" not in ended.output
