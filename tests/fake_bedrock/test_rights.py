"""Who may call what: policies in every Region, subscriptions, and what the control plane says."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fake_bedrock import Account, FakeBedrock, denying
from tests.fake_bedrock.asked import IDS, client, invoke

INPAINT = "stability.stable-image-inpaint-v1:0"
ERASE = "stability.stable-image-erase-object-v1:0"


def outcomes(ours: Any, calls: int, name: str = "inpaint") -> list[str]:
    """What became of so many calls: nothing wrong, or the message of the refusal."""
    found = []
    for _ in range(calls):
        try:
            invoke(ours, name)
        except ours.exceptions.AccessDeniedException as refusal:
            found.append(refusal.response["Error"]["Message"])
        else:
            found.append("")
    return found


def server(**account: Any) -> FakeBedrock:
    return FakeBedrock(detail=0, rpm_share=None, account=Account(**account))


@pytest.mark.parametrize("region", ["us-east-1", "us-east-2", "us-west-2"])
def test_a_region_without_the_right_fails_some_of_the_calls(region: str) -> None:
    with server(deny=denying([region])) as fake:
        found = outcomes(client(fake), 6)
    assert found.count("") == 4
    (message,) = set(found) - {""}
    arn = f"arn:aws:bedrock:{region}::foundation-model/{INPAINT}"
    assert message.startswith("User: arn:aws:iam::123456789012:user/collage is not authorized")
    assert f"bedrock:InvokeModel on resource: {arn} because no identity-based policy" in message


def test_a_policy_without_the_profile_fails_all_of_them() -> None:
    with server(deny=("arn:aws:bedrock:us-west-2:*:inference-profile/us.stability.*",)) as fake:
        found = outcomes(client(fake), 3)
        assert outcomes(client(fake), 1, "core") == [""]
    arn = f"arn:aws:bedrock:us-west-2:123456789012:inference-profile/{IDS['inpaint']}"
    assert all(arn in message for message in found)


def test_a_model_without_a_profile_needs_one_region_only() -> None:
    with server(deny=denying(["us-east-1", "us-east-2"])) as fake:
        assert outcomes(client(fake), 6, "core") == [""] * 6


def test_an_organisation_may_close_a_region_that_nobody_asked_for() -> None:
    with server(forbid=("us-east-2",)) as fake:
        found = outcomes(client(fake), 3)
    assert found.count("") == 2
    assert "explicit deny in a service control policy" in "".join(found)


def test_without_a_subscription_the_first_call_passes_and_no_other() -> None:
    with server(subscribed=set()) as fake:
        first, second = outcomes(client(fake), 2)
        assert first == ""
        assert "required AWS Marketplace actions (aws-marketplace:ViewSubscriptions" in second
        # All services are one product, and the models that need no source are another each.
        (erased,) = outcomes(client(fake), 1, "erase")
        assert erased == second
        assert outcomes(client(fake), 2, "core") == ["", second]
        control = client(fake, service="bedrock")
        (offer,) = control.list_foundation_model_agreement_offers(modelId=ERASE)["offers"]
        control.create_foundation_model_agreement(modelId=ERASE, offerToken=offer["offerToken"])
        assert outcomes(client(fake), 2) == ["", ""]
        assert outcomes(client(fake), 1, "core") == [second]


def status(control: Any, model: str = INPAINT) -> tuple[str, str]:
    said = control.get_foundation_model_availability(modelId=model)
    return said["agreementAvailability"]["status"], said["entitlementAvailability"]


def agree(control: Any, token: str | None = None) -> None:
    (offer,) = control.list_foundation_model_agreement_offers(modelId=INPAINT)["offers"]
    control.create_foundation_model_agreement(
        modelId=INPAINT, offerToken=token or offer["offerToken"]
    )


def test_a_subscription_takes_its_time() -> None:
    clock = [0.0]
    account = Account(subscribed=set(), pending_seconds=600)
    with FakeBedrock(detail=0, account=account, clock=lambda: clock[0]) as fake:
        control = client(fake, service="bedrock")
        assert status(control) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
        agree(control)
        assert status(control) == ("PENDING", "NOT_AVAILABLE")
        (waiting,) = outcomes(client(fake), 1)
        assert "pending" in waiting
        clock[0] = 600.0
        assert status(control) == ("AVAILABLE", "AVAILABLE")
        assert outcomes(client(fake), 1) == [""]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"may_subscribe": False}, "perform: aws-marketplace:Subscribe"),
        ({"payment": False}, "INVALID_PAYMENT_INSTRUMENT"),
    ],
)
def test_a_subscription_needs_the_right_and_the_money(account: dict[str, bool], words: str) -> None:
    with server(subscribed=set(), **account) as fake:
        with pytest.raises(ClientError, match=words):
            agree(client(fake, service="bedrock"))
        assert fake.account.subscribed == set()


def test_an_agreement_is_made_once_and_by_the_offers_own_token() -> None:
    with server(subscribed=set()) as fake:
        control = client(fake, service="bedrock")
        with pytest.raises(control.exceptions.ValidationException):
            agree(control, token="guessed")
        agree(control)
        with pytest.raises(control.exceptions.ConflictException):
            agree(control)
        control.delete_foundation_model_agreement(modelId=INPAINT)
        assert status(control) == ("NOT_AVAILABLE", "NOT_AVAILABLE")
        assert fake.usd == 0


def test_the_control_plane_knows_what_is_where(fake: FakeBedrock) -> None:
    west, east = (client(fake, region, "bedrock") for region in ("us-west-2", "us-east-1"))
    details = west.get_foundation_model(modelIdentifier=INPAINT)["modelDetails"]
    assert details["modelLifecycle"]["status"] == "ACTIVE"
    assert details["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]

    def pictures(control: Any) -> int:
        models = control.list_foundation_models()["modelSummaries"]
        return sum("IMAGE" in model["outputModalities"] for model in models)

    assert (pictures(west), pictures(east)) == (16, 13)
    core = east.get_foundation_model_availability(modelId="stability.stable-image-core-v1:1")
    assert core["regionAvailability"] == "NOT_AVAILABLE"
    with pytest.raises(east.exceptions.ValidationException):
        east.get_foundation_model(modelIdentifier="stability.stable-image-core-v1:1")
    with pytest.raises(west.exceptions.ResourceNotFoundException):
        west.get_foundation_model(modelIdentifier="amazon.nova-canvas-v1:0")
    profile = west.get_inference_profile(inferenceProfileIdentifier=IDS["inpaint"])
    assert [model["modelArn"].split(":")[3] for model in profile["models"]] == [
        "us-west-2",
        "us-east-1",
        "us-east-2",
    ]


def test_what_the_account_logs_in_a_region_is_told() -> None:
    config = {"s3Config": {"bucketName": "every-call"}, "imageDataDeliveryEnabled": True}
    with server(logging={"us-west-2": config}) as fake:
        west, east = (client(fake, region, "bedrock") for region in ("us-west-2", "us-east-1"))
        assert west.get_model_invocation_logging_configuration()["loggingConfig"] == config
        assert "loggingConfig" not in east.get_model_invocation_logging_configuration()


def test_the_control_plane_refuses_strangers(fake: FakeBedrock) -> None:
    stranger = client(fake, service="bedrock", aws_secret_access_key="guessed")
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        stranger.list_foundation_models()
