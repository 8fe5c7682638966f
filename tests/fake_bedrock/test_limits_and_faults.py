"""The account's quotas and the faults, as botocore sees them."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from tests.fake_bedrock import Account, FakeBedrock, Faults
from tests.fake_bedrock.asked import client, invoke, picture
from tests.fake_bedrock.faults import REASONS, REFUSED
from tests.fake_openai.sockets import HANGS_SECONDS


def error(*args: Any, **changes: Any) -> tuple[int, str]:
    """The status and the code that a request is refused with."""
    with pytest.raises(ClientError) as refusal:
        invoke(*args, **changes)
    response = refusal.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_each_model_has_its_own_minute_in_each_region() -> None:
    clock = [0.0]
    with FakeBedrock(detail=0, clock=lambda: clock[0]) as fake:
        west, east = client(fake), client(fake, "us-east-1")
        for _ in range(20):
            invoke(west)
        assert error(west) == (429, "ThrottlingException")
        invoke(west, "erase")
        invoke(east)
        clock[0] = 59.9
        assert error(west) == (429, "ThrottlingException")
        clock[0] = 60.0
        invoke(west)
        for _ in range(4):
            invoke(east, "outpaint")
        assert error(east, "outpaint") == (429, "ThrottlingException")
    assert fake.bills == {"inpaint": 22, "erase": 1, "outpaint": 4}


def test_a_new_account_has_less() -> None:
    with FakeBedrock(detail=0, rpm_share=0.1, clock=lambda: 0.0) as fake:
        for _ in range(2):
            invoke(fake)
        assert error(fake) == (429, "ThrottlingException")
        invoke(fake, "outpaint")
        assert error(fake, "outpaint") == (429, "ThrottlingException")


def test_a_throttled_call_does_not_say_when_to_return(fake: FakeBedrock) -> None:
    fake.faults = Faults({1: "throttling"})
    with pytest.raises(ClientError) as refusal:
        invoke(fake)
    response = refusal.value.response
    assert response["Error"]["Message"] == ("Too many requests, please wait before trying again.")
    assert "retry-after" not in response["ResponseMetadata"]["HTTPHeaders"]
    assert response["ResponseMetadata"]["RequestId"].endswith("0001")


def test_the_quota_holds_against_a_crowd_and_a_wrong_request_costs_nothing_of_it() -> None:
    two = threading.Barrier(2, timeout=HANGS_SECONDS)

    class Pairs(FakeBedrock):
        """Has two at work, and no less, whenever it counts a request that is right."""

        def _strike(self, *asked: Any) -> str | None:
            two.wait()
            return super()._strike(*asked)

    with Pairs(detail=0, clock=lambda: 0.0) as fake:
        ours = client(fake, max_pool_connections=30)
        assert error(ours, seed="7") == (400, "ValidationException")

        def one(_: int) -> int:
            try:
                invoke(ours)
            except ClientError as refusal:
                return refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            return 200

        with ThreadPoolExecutor(30) as crowd:
            statuses = list(crowd.map(one, range(60)))
        assert (statuses.count(200), statuses.count(429)) == (20, 40)
        assert fake.bills == {"inpaint": 20}
        assert fake.peak > 1


ERRORS = {
    "throttling": (429, "ThrottlingException"),
    "not_ready": (429, "ModelNotReadyException"),
    "unavailable": (503, "ServiceUnavailableException"),
    "internal": (500, "InternalServerException"),
    "model_timeout": (408, "ModelTimeoutException"),
    "model_error": (424, "ModelErrorException"),
    "validation": (400, "ValidationException"),
    "abuse": (400, "ValidationException"),
    "quota": (400, "ServiceQuotaExceededException"),
    "too_large": (413, "RequestEntityTooLargeException"),
    "denied": (403, "AccessDeniedException"),
    "marketplace": (403, "AccessDeniedException"),
    "payment": (403, "AccessDeniedException"),
    "pending": (403, "AccessDeniedException"),
    "no_model": (400, "ValidationException"),
    "legacy": (404, "ResourceNotFoundException"),
    "end_of_life": (404, "ResourceNotFoundException"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_error_is_that_of_the_service_and_the_next_request_is_well(
    fake: FakeBedrock, kind: str
) -> None:
    fake.faults = Faults({2: kind})
    invoke(fake)
    assert error(fake) == ERRORS[kind]
    invoke(fake)
    assert (fake.requests[1].fault, fake.requests[1].usd) == (kind, 0)
    assert fake.bills == {"inpaint": 2}


def test_what_botocore_makes_of_errors_has_their_members(fake: FakeBedrock) -> None:
    fake.faults = Faults({1: "model_error"})
    ours = client(fake)
    with pytest.raises(ours.exceptions.ModelErrorException) as failure:
        invoke(ours)
    assert failure.value.response["originalStatusCode"] == 500
    assert failure.value.response["resourceName"] == "stability"


def test_the_kinds_of_denial_are_told_apart_by_their_words_alone(fake: FakeBedrock) -> None:
    kinds = {1: "denied", 2: "marketplace", 3: "payment", 4: "pending"}
    fake.faults = Faults(kinds)
    words = ["bedrock:InvokeModel", "aws-marketplace:Subscribe", "INVALID_PAYMENT", "pending"]
    for word in words:
        with pytest.raises(ClientError, match=word):
            invoke(fake)


@pytest.mark.parametrize("kind", REASONS)
def test_what_is_filtered_is_a_200_with_a_reason_and_without_pictures(
    fake: FakeBedrock, kind: str
) -> None:
    fake.faults = Faults({1: kind})
    assert invoke(fake) == {"finish_reasons": [REASONS[kind]]}
    assert fake.requests[0].status == 200
    assert (fake.usd > 0, fake.images) == (kind != "inference_error", 0)


def test_whether_a_filtered_call_is_billed_may_be_chosen() -> None:
    faults = Faults(refuse=("Cubism",))
    with FakeBedrock(detail=0, faults=faults, bill_filtered=False) as fake:
        assert invoke(fake) == {"finish_reasons": ["Filter reason: prompt"]}
        assert (fake.usd, fake.bills) == (0, {})
        assert invoke(fake, prompt="in the style of Baroque")["finish_reasons"] == [None]


@pytest.mark.parametrize(
    ("kind", "raised", "billed"),
    [
        ("timeout", ReadTimeoutError, 0),
        ("drop", ConnectionClosedError, 0),
        ("drop_after", ConnectionClosedError, 1),
        ("truncate", ResponseStreamingError, 1),
    ],
)
def test_a_connection_that_is_cut_or_held_is_an_error_and_billed_if_the_work_was_done(
    kind: str, raised: type[Exception], billed: int
) -> None:
    with FakeBedrock(detail=0, faults=Faults({2: kind})) as fake:
        ours = client(fake)
        hasty = client(fake, read_timeout=1) if kind == "timeout" else ours
        invoke(ours)
        with pytest.raises(raised):
            invoke(hasty)
        if kind == "timeout":
            fake.holds()
        invoke(ours)
        assert fake.bills == {"inpaint": 2 + billed}
        assert fake.requests[1].status == (200 if kind == "truncate" else None)


def test_an_answer_may_be_slow() -> None:
    with FakeBedrock(detail=0, latency=HANGS_SECONDS) as fake, pytest.raises(ReadTimeoutError):
        invoke(client(fake, read_timeout=1))


def test_hidden_retries_ask_again_and_pay_again(fake: FakeBedrock) -> None:
    fake.faults = Faults({1: "drop_after", 2: "internal"})
    invoke(client(fake, retries={"total_max_attempts": 3}))
    assert len(fake.requests) == 3
    assert fake.bills == {"inpaint": 2}


def test_a_strange_answer_is_strange_in_its_own_way(fake: FakeBedrock) -> None:
    def bent(kind: str) -> Any:
        fake.faults = Faults({1: kind})
        return invoke(fake)

    assert picture(bent("as_jpeg")).format == "JPEG"
    assert picture(bent("oblong")).size == (144, 64)
    assert picture(bent("half_size")).size == (48, 32)
    assert picture(bent("double_size")).size == (192, 128)
    assert bent("another_seed")["seeds"] != [7]
    assert "images" not in bent("no_images")
    assert bent("null_image")["images"] == [None]
    assert len(bent("two_images")["images"]) == 2
    assert isinstance(bent("bare_list"), list)
    with pytest.raises(ValueError, match=r"base64|padding"):
        picture(bent("broken_base64"))
    with pytest.raises(OSError, match="cannot identify"):
        picture(bent("no_picture"))
    assert fake.bills == {"inpaint": 11}


def test_models_count_for_themselves_and_may_be_spared(fake: FakeBedrock) -> None:
    fake.faults = Faults.parse("1=internal, routes=inpaint")
    invoke(fake, "erase")
    assert error(fake) == (500, "InternalServerException")
    invoke(fake)
    invoke(fake, "core")


@pytest.mark.parametrize("spec", ["1=moderation", "routes=edits", "often=1", "drop"])
def test_a_plan_that_means_nothing_is_an_error(spec: str) -> None:
    with pytest.raises(ValueError, match=r"fault|route"):
        Faults.parse(spec)


def test_stopping_hangs_up_on_those_who_wait() -> None:
    fake = FakeBedrock(faults=Faults({1: "timeout"})).start()
    with ThreadPoolExecutor(1) as waiting:
        call = waiting.submit(invoke, fake)
        fake.holds()
        fake.stop()
        with pytest.raises(ConnectionClosedError):
            call.result()
    with pytest.raises(RuntimeError):
        _ = fake.url


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "tests.fake_bedrock"]
    options = ["--schedule", "1=unavailable", "--detail", "0", "--deny-region", "us-east-2"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            exported = dict(
                process.stdout.readline().removeprefix("export ").strip().split("=", 1)
                for _ in range(4)
            )
            assert exported["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] == url
            assert exported["AWS_ACCESS_KEY_ID"] == Account().access_key
            ours = client(url)
            codes = sorted(str(ended(ours)) for _ in range(4))
            assert codes == ["AccessDeniedException", "None", "None", "ServiceUnavailableException"]
        finally:
            process.terminate()
        assert process.wait() == 0


def ended(ours: Any) -> str | None:
    try:
        invoke(ours)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return None
