"""What AWS and its SDK say, by the pack's names: beyond what a server on loopback can do."""

from typing import Any

import pytest
from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from collage.engines import call_ends
from collage.engines.bedrock.errors import named, of_answer
from collage.errors import TransientError

LEGACY = (
    "Access denied. This Model is marked by provider as Legacy and you have not been actively "
    "using the model in the last 30 days."
)
BARE = (
    "Invocation of model ID stability.stable-outpaint-v1:0 with on-demand throughput isn\u2019t "
    "supported. Retry your request with the ID or ARN of an inference profile that contains this "
    "model."
)


@pytest.mark.parametrize(
    ("error", "name", "said"),
    [
        (sdk.NoCredentialsError(), "BadKey", "the function has none"),
        (
            sdk.CredentialRetrievalError(provider="role", error_msg="gone"),
            "BadKey",
            "the function has none",
        ),
        (sdk.ReadTimeoutError(endpoint_url="https://a"), "TimedOut", "did not answer in time"),
        (
            sdk.ConnectTimeoutError(endpoint_url="https://a"),
            "ProviderUnreachable",
            "no reaching Bedrock in us-east-1",
        ),
        (
            sdk.EndpointConnectionError(endpoint_url="https://a"),
            "ProviderUnreachable",
            "no reaching Bedrock in us-east-1",
        ),
        (
            sdk.SSLError(endpoint_url="https://a", error="wrong host"),
            "ProviderUnreachable",
            "no trusting what answers for us-east-1",
        ),
        (sdk.ConnectionClosedError(endpoint_url="https://a"), "ConnectionLost", "was lost"),
        (sdk.ResponseStreamingError(error="cut"), "ConnectionLost", "was lost"),
        (
            sdk.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            "ConnectionLost",
            "was lost",
        ),
        (sdk.ParamValidationError(report="no modelId"), "BadRequest", "no modelId"),
        (ResponseParserError("no JSON"), "BrokenAnswer", "is broken: ResponseParserError"),
    ],
)
def test_what_the_sdk_says_has_a_name(error: Exception, name: str, said: str) -> None:
    with pytest.raises(Exception, match=said) as raised, named("us-east-1"):
        raise error

    assert type(raised.value).__name__ == name


def answered(code: str, message: str, status: int, seconds: float = 0.1) -> Any:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return of_answer(response, seconds)


@pytest.mark.parametrize(
    ("code", "message", "status", "seconds", "name"),
    [
        ("InternalServerException", "sorry", 500, 4.9, "Overloaded"),
        ("InternalServerException", "sorry", 500, 30.0, "FailedMidway"),
        ("BadGateway", "", 502, 0.1, "FailedMidway"),
        ("GatewayTimeout", "", 504, 60.0, "TimedOut"),
        ("TooManyRequestsException", "slow down", 429, 0.1, "RateLimited"),
        ("UnknownOperationException", "", 404, 0.1, "BadRequest"),
        ("ExpiredTokenException", "The security token is expired", 403, 0.1, "BadKey"),
        ("ResourceNotFoundException", LEGACY, 404, 0.1, "NoModel"),
        ("ValidationException", BARE, 400, 0.1, "NoModel"),
        ("ValidationException", BARE.replace("\u2019", "'"), 400, 0.1, "NoModel"),
        ("ValidationException", "The provided model identifier is invalid.", 400, 0.1, "NoModel"),
        (
            "ValidationException",
            '{"detail":"Invalid field \'n\' in request. Available fields for inpaint are: image"}',
            400,
            0.1,
            "BadRequest",
        ),
        (
            "ValidationException",
            "Malformed input request: #: required key [prompt] not found, please reformat",
            400,
            0.1,
            "BadRequest",
        ),
        ("ValidationException", '{"detail":"image is 20x20"}', 400, 0.1, "Rejected"),
        ("ValidationException", "Detected CSAM in the input.", 400, 0.1, "Refused"),
        ("AccessDeniedException", "You cannot.", 403, 0.1, "EngineUnavailable"),
    ],
)
def test_an_answer_is_read_by_its_code_its_words_and_its_status(
    code: str,
    message: str,
    status: int,
    seconds: float,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_ends, "AT_ONCE", 5.0)
    assert answered(code, message, status, seconds).name == name


def test_a_models_own_words_are_told_without_their_json() -> None:
    error = answered("ValidationException", '{"detail":"image is 20x20: too small."}', 400)

    assert str(error) == "The provider did not take the request: image is 20x20: too small."


def test_an_answer_without_words_has_its_status() -> None:
    assert "status 503, without a word" in str(answered("ServiceUnavailableException", "", 503))


def test_words_are_not_told_for_ever() -> None:
    assert len(str(answered("ValidationException", "x" * 5000, 400))) < 400


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "Model access is denied due to IAM user or service role is not authorized to perform "
            "the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, "
            "aws-marketplace:Subscribe) to enable access to this model.",
            "The account has not subscribed to the model: run `collage bedrock access` once.",
        ),
        (
            "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument "
            "must be provided.. Your AWS Marketplace subscription for this model cannot be "
            "completed at this time.",
            "The account has no payment method that AWS Marketplace takes",
        ),
        (
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: "
            "bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-2::foundation-model/m:0 "
            "because no identity-based policy allows the bedrock:InvokeModel action",
            "arn:aws:sts::1:assumed-role/a/b may not ask Bedrock: it has no right to "
            "bedrock:InvokeModel on arn:aws:bedrock:us-east-2::foundation-model/m:0.",
        ),
        (
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: "
            "bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/m:0 "
            "with an explicit deny in a service control policy",
            "A service control policy of the organisation forbids bedrock:InvokeModel on "
            "arn:aws:bedrock:us-east-1::foundation-model/m:0.",
        ),
    ],
)
def test_the_kinds_of_access_denied_are_told_apart(message: str, said: str) -> None:
    error = answered("AccessDeniedException", message, 403)

    assert error.name == "EngineUnavailable"
    assert said in str(error)


def test_a_subscription_under_way_is_waited_for() -> None:
    error = answered(
        "AccessDeniedException",
        "Model access is denied due to the subscription that is still pending. Your AWS "
        "Marketplace subscription for this model cannot be completed at this time.",
        403,
    )

    assert isinstance(error, TransientError)
    assert (error.name, error.retry_after) == ("Overloaded", 60)
