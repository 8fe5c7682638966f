"""The account's limit and the faults, as the official client sees them."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openai
import pytest

from tests.fake_openai import FakeOpenAI, Faults
from tests.fake_openai.asked import MODEL, SMALL, client, edit, half_mask, png
from tests.fake_openai.record import Answer
from tests.fake_openai.sockets import HANGS_SECONDS


def test_the_limit_counts_pictures_and_says_when_to_return() -> None:
    clock = [0.0]
    with FakeOpenAI(limit_per_second=0.5, burst=4, clock=lambda: clock[0], cheap=True) as fake:
        edit(fake, n=3)
        with pytest.raises(openai.RateLimitError) as refusal:
            edit(fake, n=2)
        error = refusal.value
        assert (error.code, error.type) == ("rate_limit_exceeded", "requests")
        assert error.response.headers["retry-after"] == "2"
        assert error.response.headers["retry-after-ms"] == "2000"
        edit(fake, n=1)
        clock[0] = 1.9
        with pytest.raises(openai.RateLimitError):
            edit(fake)
        clock[0] = 2.0
        edit(fake)
        assert fake.images == 5
        assert [record.status for record in fake.requests] == [200, 429, 200, 429, 200]


def test_the_limit_holds_against_a_crowd_and_each_key_has_its_own() -> None:
    with FakeOpenAI(limit_per_second=1, burst=7, clock=lambda: 0.0, key=None, cheap=True) as fake:
        ours, theirs = client(fake), client(fake, api_key="sk-theirs")

        def one(_: int) -> int:
            try:
                ours.images.generate(model=MODEL, prompt="A barn")
            except openai.RateLimitError as error:
                return error.status_code
            return 200

        with ThreadPoolExecutor(40) as crowd:
            statuses = list(crowd.map(one, range(100)))
        assert (statuses.count(200), statuses.count(429)) == (7, 93)
        theirs.images.generate(model=MODEL, prompt="A barn")
    assert fake.images == 8


def test_a_wrong_request_costs_nothing_of_the_limit() -> None:
    with FakeOpenAI(limit_per_second=1, burst=1, clock=lambda: 0.0, cheap=True) as fake:
        with pytest.raises(openai.BadRequestError):
            edit(fake, n=11)
        edit(fake)


def test_a_hundred_requests_at_once_are_answered() -> None:
    together, arrived = (threading.Barrier(100, timeout=HANGS_SECONDS) for _ in range(2))

    class Together(FakeOpenAI):
        """Answers none before all are there."""

        def answer(self, *request: Any) -> Answer:
            arrived.wait()
            return super().answer(*request)

    with Together(cheap=True) as fake:
        shared = client(fake, timeout=HANGS_SECONDS)

        def one(number: int) -> int:
            together.wait()
            answer = shared.images.edit(
                model=MODEL, image=png(), mask=half_mask(), prompt=f"Barn {number}", size=SMALL
            )
            return len(answer.data)

        with ThreadPoolExecutor(100) as crowd:
            assert sum(crowd.map(one, range(100))) == 100
        assert fake.images == 100


FAULTS = {
    "429": (openai.RateLimitError, "rate_limit_exceeded", 429, 0),
    "quota": (openai.RateLimitError, "insufficient_quota", 429, 0),
    "500": (openai.InternalServerError, None, 500, 0),
    "503": (openai.InternalServerError, None, 503, 0),
    "moderation": (openai.BadRequestError, "moderation_blocked", 400, 0),
    "billing": (openai.BadRequestError, "billing_hard_limit_reached", 400, 0),
    "timeout": (openai.APITimeoutError, None, None, 0),
    "drop": (openai.APIConnectionError, None, None, 0),
    "drop_after": (openai.APIConnectionError, None, None, 1),
    "truncate": (openai.APIConnectionError, None, 200, 1),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_the_right_exception_and_the_next_request_is_well(kind: str) -> None:
    expected, code, status, billed = FAULTS[kind]
    with FakeOpenAI(faults=Faults({2: kind}), cheap=True) as fake:
        ours = client(fake)
        hasty = ours.with_options(timeout=0.3) if kind == "timeout" else ours
        ours.images.generate(model=MODEL, prompt="A barn")
        with pytest.raises(expected) as failure:
            hasty.images.generate(model=MODEL, prompt="A barn")
        if kind == "timeout":
            fake.holds()
        ours.images.generate(model=MODEL, prompt="A barn")
        assert type(failure.value) is expected
        assert failure.value.code == code
        record = fake.requests[1]
        assert (record.status, record.fault, record.billed) == (status, kind, billed)
        assert fake.images == 2 + billed


def test_the_types_of_refusals_tell_them_apart() -> None:
    kinds = {1: "moderation", 2: "billing", 3: "quota", 4: "500"}
    types = []
    with FakeOpenAI(faults=Faults(kinds)) as fake:
        for _ in kinds:
            with pytest.raises(openai.APIStatusError) as failure:
                edit(fake)
            types.append(failure.value.type)
    assert types == [
        "image_generation_user_error",
        "billing_limit_user_error",
        "insufficient_quota",
        "server_error",
    ]


def test_a_request_that_is_retried_is_counted_twice() -> None:
    with FakeOpenAI(faults=Faults({1: "drop_after"}), cheap=True) as fake:
        retrying = client(fake, max_retries=1)
        retrying.images.generate(model=MODEL, prompt="A barn")
        assert fake.images == 2
        retries = [record.headers["x-stainless-retry-count"] for record in fake.requests]
        assert retries == ["0", "1"]
        assert "idempotency-key" not in fake.requests[0].headers


def test_routes_count_for_themselves_and_may_be_spared() -> None:
    with FakeOpenAI(faults=Faults({1: "500"}, routes=("edits",)), cheap=True) as fake:
        client(fake).images.generate(model=MODEL, prompt="A barn")
        with pytest.raises(openai.InternalServerError):
            edit(fake)
        edit(fake)


def test_a_prompt_may_be_refused_always_or_fail_a_few_times() -> None:
    faults = Faults(refuse=("Baroque",), prompts={"Cubism": ("500", "429")}, retry_after=0.25)
    with FakeOpenAI(faults=faults, cheap=True) as fake:
        for _ in range(2):
            with pytest.raises(openai.BadRequestError) as refusal:
                edit(fake, "A Baroque barn")
            assert refusal.value.code == "moderation_blocked"
        with pytest.raises(openai.InternalServerError):
            edit(fake, "A Cubism barn")
        with pytest.raises(openai.RateLimitError) as failure:
            edit(fake, "A Cubism barn")
        assert failure.value.response.headers["retry-after-ms"] == "250"
        edit(fake, "A Cubism barn")
        edit(fake, "A barn")


def test_chance_is_the_same_each_time() -> None:
    def struck(faults: Faults) -> list[str | None]:
        return [faults.strike("edits", "x") for _ in range(400)]

    some = struck(Faults(rate=0.25, kinds=("429", "500"), seed=7))
    assert some == struck(Faults.parse("rate=0.25,kinds=429+500,seed=7"))
    assert some != struck(Faults(rate=0.25, kinds=("429", "500"), seed=8))
    assert 60 < sum(kind is not None for kind in some) < 140
    assert {"429", "500", None} == set(some)


def test_a_line_describes_a_plan() -> None:
    plan = Faults.parse("2=drop, 5=429, refuse=Baroque+Dada, routes=edits+chat, retry_after=2.5")
    assert plan.at == {2: "drop", 5: "429"}
    assert plan.always == {"Baroque": "moderation", "Dada": "moderation"}
    assert plan.routes == {"edits", "chat"}
    assert plan.retry_after == 2.5


@pytest.mark.parametrize("spec", ["1=explode", "routes=variations", "often=1", "drop"])
def test_a_plan_that_means_nothing_is_an_error(spec: str) -> None:
    with pytest.raises(ValueError, match=r"fault|route"):
        Faults.parse(spec)


def test_stopping_hangs_up_on_those_who_wait() -> None:
    fake = FakeOpenAI(faults=Faults({1: "timeout"})).start()
    with ThreadPoolExecutor(1) as waiting:
        call = waiting.submit(edit, fake)
        fake.holds()
        fake.stop()
        with pytest.raises(openai.APIConnectionError):
            call.result()
    with pytest.raises(RuntimeError):
        _ = fake.base_url


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "tests.fake_openai", "--faults", "1=503", "--cheap"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            with openai.OpenAI(base_url=url, api_key="sk-test", max_retries=0) as ours:
                with pytest.raises(openai.InternalServerError):
                    ours.images.generate(model=MODEL, prompt="A barn")
                assert ours.images.generate(model=MODEL, prompt="A barn").size == "1024x1024"
        finally:
            process.terminate()
        assert process.wait() == 0
