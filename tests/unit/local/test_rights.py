"""What policies say of a call, as IAM decides it."""

import json
from typing import Any

import pytest

from combinatoric_collage.local.moto.rights import decision

ACTION, MODEL = "bedrock:InvokeModel", "arn:aws:bedrock:us-west-2::foundation-model/a.b-v1:0"
KEY = "bedrock:InferenceProfileArn"
PROFILE = "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.a.b-v1:0"
ALL = {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}


def decided(*statements: dict[str, Any], **context: str) -> str:
    """What is decided of a call of the model; a context of names without their service."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return decision([policy], ACTION, MODEL, {f"bedrock:{k}": v for k, v in context.items()})


def where(operator: str, wanted: Any) -> dict[str, Any]:
    return {**ALL, "Condition": {operator: {KEY: wanted}}}


@pytest.mark.parametrize(
    "statement",
    [
        ALL,
        {**ALL, "Action": ["s3:*", ACTION], "Resource": [MODEL]},
        {**ALL, "Action": "bedrock:Invoke?odel", "Resource": "arn:aws:bedrock:*::*/a.*"},
        {"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::*"},
    ],
)
def test_what_a_statement_is_about_is_allowed(statement: dict[str, Any]) -> None:
    assert decided(statement) == "allowed"


@pytest.mark.parametrize(
    "statement",
    [
        {**ALL, "Action": "bedrock:InvokeModelWithResponseStream"},
        {**ALL, "Resource": MODEL.replace("us-west-2", "us-east-1")},
        # A full stop is one, and nothing else.
        {**ALL, "Resource": MODEL.replace("a.b", "a?c")},
        {"Effect": "Allow", "NotAction": ACTION, "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:bedrock:*"},
    ],
)
def test_nothing_else_is(statement: dict[str, Any]) -> None:
    assert decided(statement) == "not allowed"


@pytest.mark.parametrize("operator", ["StringLike", "ArnLike", "ArnEquals"])
def test_a_condition_holds_for_what_it_names(operator: str) -> None:
    statement = where(operator, ["arn:aws:bedrock:*:123456789012:inference-profile/us.a.*"])

    assert decided(statement, InferenceProfileArn=PROFILE) == "allowed"
    assert decided(statement, InferenceProfileArn=PROFILE.replace("us.a", "eu.a")) == "not allowed"


def test_a_condition_is_not_met_by_a_call_that_has_no_such_key() -> None:
    assert decided(where("StringLike", "*")) == "not allowed"


def test_string_equals_knows_no_wildcards() -> None:
    assert decided(where("StringEquals", PROFILE), InferenceProfileArn=PROFILE) == "allowed"
    assert decided(where("StringEquals", "*"), InferenceProfileArn=PROFILE) == "not allowed"


def test_an_operator_that_is_not_known_allows_nothing() -> None:
    assert decided(where("Bool", "true"), InferenceProfileArn="true") == "not allowed"


def test_what_is_denied_is_not_allowed_by_another_statement() -> None:
    deny = {"Effect": "Deny", "Action": ACTION, "Resource": MODEL}

    assert decided(ALL, deny) == "denied"
    assert decided(ALL, {**deny, "Resource": "arn:aws:s3:::*"}) == "allowed"
