"""Styles from a language model of Bedrock, by a tool that it has to call."""

import pytest

from collage.engines.bedrock.clients import Clients
from collage.engines.bedrock.style_list import ask
from collage.engines.style_names import REPAIRS
from collage.errors import CollageError, NoStyles
from collage.services import aws_client
from tests.fake_bedrock import FakeBedrock, Faults, Filtered, MalformedTool, Refusal, TooLong

MODEL = "us.amazon.nova-2-lite-v1:0"
REGIONS = ("us-east-1", "us-west-2")


def listed(count: int = 3, **options: object) -> tuple[str, ...]:
    return ask(Clients(REGIONS, 20, aws_client), MODEL, count, **options)  # type: ignore[arg-type]


def test_a_list_is_asked_for_as_data_in_the_first_region(fake: FakeBedrock) -> None:
    heard = []

    found = listed(4, theme="the sea", exclude=["Fauvism"], heard=lambda: heard.append(1))

    assert len(set(found)) == 4
    assert "Fauvism" not in found
    (record,) = fake.requests
    assert (record.region, record.identifier, record.operation) == ("us-east-1", MODEL, "converse")
    assert record.body["toolConfig"]["toolChoice"] == {"tool": {"name": "name_styles"}}
    assert record.body["messages"] == [
        {
            "role": "user",
            "content": [
                {
                    "text": "List 4 distinct art styles or movements, each by its usual short "
                    "name. Keep to this theme: the sea. Leave out Fauvism."
                }
            ],
        }
    ]
    assert heard == [1]


def test_a_list_that_is_wrong_is_asked_for_again(fake: FakeBedrock) -> None:
    fake.say([{"styles": ["Cubism", "cubism", 7]}, {"styles": ["Cubism", "Baroque", "Op Art"]}])

    assert listed() == ("Cubism", "Baroque", "Op Art")
    assert "There are 1 usable styles, not 3." in fake.requests[1].prompt


@pytest.mark.parametrize(
    "reply", [MalformedTool(), Refusal(), {"styles": "Cubism"}, {"names": ["Cubism"]}]
)
def test_a_tool_that_is_not_called_rightly_is_asked_for_again(
    fake: FakeBedrock, reply: object
) -> None:
    fake.say([reply, {"styles": ["Cubism", "Baroque", "Op Art"]}])  # type: ignore[list-item]

    assert listed() == ("Cubism", "Baroque", "Op Art")


def test_not_for_ever(fake: FakeBedrock) -> None:
    fake.say([MalformedTool()] * (1 + REPAIRS))

    with pytest.raises(NoStyles, match="gave no usable list of 3 styles: There are 0 usable"):
        listed()

    assert len(fake.requests) == 1 + REPAIRS


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (TooLong(), "it stopped after 8000 tokens; ask for fewer styles"),
        (Filtered(), "a content filter took its answer away"),
        (Filtered("guardrail_intervened"), "a guardrail of the account"),
        (Refusal(stop="refusal"), "it declined"),
    ],
)
def test_another_end_is_said_and_not_asked_again(
    fake: FakeBedrock, reply: object, said: str
) -> None:
    fake.say([reply])  # type: ignore[list-item]
    heard = []

    with pytest.raises(NoStyles, match=said):
        listed(heard=lambda: heard.append(1))

    assert len(fake.requests) == len(heard) == 1


@pytest.mark.parametrize(
    ("fault", "name"),
    [("throttling", "RateLimited"), ("denied", "EngineUnavailable"), ("drop", "ConnectionLost")],
)
def test_what_aws_says_has_its_name(fake: FakeBedrock, fault: str, name: str) -> None:
    fake.faults = Faults({1: fault})
    heard = []

    with pytest.raises(CollageError) as raised:
        listed(heard=lambda: heard.append(1))

    assert raised.value.name == name
    assert heard == []
