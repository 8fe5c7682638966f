import importlib

import boto3
import pytest

from collage.errors import KeyReused, LimitsUnavailable
from tests.infrastructure.shipped import ROOT
from tests.unit.functions.deployed import alone

ASKED = {"source": "sources/a", "rows": 3}


@pytest.fixture
def own():
    """The module beside the API's app.py."""
    with alone(ROOT / "functions" / "api"):
        yield importlib.import_module("repeats")


@pytest.fixture
def repeats(own, limits_table):
    return own.Repeats(boto3.client("dynamodb"), limits_table)


def test_a_new_key_stands_for_nothing_yet(repeats):
    assert repeats.claim("me", "k", ASKED) is None


def test_a_key_that_was_settled_stands_for_its_collage(repeats):
    repeats.claim("me", "k", ASKED)
    repeats.settle("me", "k", "c0ffee")

    assert repeats.claim("me", "k", dict(reversed(ASKED.items()))) == "c0ffee"


def test_a_request_that_got_no_answer_may_be_sent_again(repeats):
    repeats.claim("me", "k", ASKED)

    assert repeats.claim("me", "k", ASKED) is None


def test_a_key_stands_for_one_request(repeats):
    repeats.claim("me", "k", ASKED)

    with pytest.raises(KeyReused, match="another request"):
        repeats.claim("me", "k", ASKED | {"rows": 4})


def test_everybody_has_keys_of_their_own(repeats):
    repeats.claim("me", "k", ASKED)

    assert repeats.claim("you", "k", ASKED | {"rows": 4}) is None


def test_keys_are_forgotten_by_the_table(repeats, limits_table):
    repeats.claim("me", "k", ASKED)

    (item,) = boto3.client("dynamodb").scan(TableName=limits_table)["Items"]
    assert item.keys() == {"name", "request", "expires"}
    assert "me" not in item["name"]["S"]


def test_a_table_that_is_not_there_is_a_named_error(aws, own):
    gone = own.Repeats(boto3.client("dynamodb", region_name="us-east-1"), "nowhere")

    with pytest.raises(LimitsUnavailable):
        gone.claim("me", "k", ASKED)
    with pytest.raises(LimitsUnavailable):
        gone.settle("me", "k", "c0ffee")
