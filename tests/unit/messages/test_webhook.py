"""Webhooks: signed as the standard has it, and sent to nowhere inside a network."""

import json
from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket

from collage.messages import webhook
from collage.messages.event import Event
from collage.messages.webhook import AddressRefused, NotDelivered, body, post, signed, target
from tests.receiver import Receiver

SENT = Event(id="7bf7", time="2026-01-15T09:32:09Z", detail={"kind": "failed", "id": "ab"})


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    enable_socket()
    monkeypatch.setattr(webhook, "MOST_SECONDS", 600)
    with Receiver() as receiver:
        yield receiver


def test_a_signature_is_that_of_the_standards_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    message = "msg_p5jXN8AQM9LWM0D4loKWxJek"

    headers = signed(secret, message, 1614265330, b'{"test": 2432232314}')

    assert headers == {
        "webhook-id": message,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert signed(secret.removeprefix("whsec_"), message, 1614265330, b"{}") == signed(
        secret, message, 1614265330, b"{}"
    )


def test_what_is_posted_says_what_happened_and_when() -> None:
    assert json.loads(body(SENT, "mine")) == {
        "type": "collage.failed",
        "timestamp": "2026-01-15T09:32:09Z",
        "data": {"stack": "mine", "kind": "failed", "id": "ab"},
    }


def test_the_very_bytes_that_were_signed_are_posted(receiver: Receiver) -> None:
    content = body(SENT, "mine")

    post(f"{receiver.origin}/hook?of=1", content, {"webhook-id": "7bf7"}, laptop=True)

    (got,) = receiver.got
    assert (got.path, got.body) == ("/hook?of=1", content)
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["webhook-id"] == "7bf7"


@pytest.mark.parametrize("answer", [301, 400, 404, 429, 500, 503])
def test_what_is_not_taken_is_tried_again(receiver: Receiver, answer: int) -> None:
    receiver.answers["/a-token"] = answer, {"Location": f"{receiver.origin}/elsewhere"}

    with pytest.raises(NotDelivered, match=f"127.0.0.1 did not .* answered {answer}") as raised:
        post(f"{receiver.origin}/a-token", b"{}", {}, laptop=True)

    assert len(receiver.got) == 1
    assert "a-token" not in str(raised.value)


def test_who_wants_no_more_gets_no_more(receiver: Receiver) -> None:
    receiver.answers["/"] = 410, {}

    with pytest.raises(AddressRefused, match="wants no more"):
        post(f"{receiver.origin}/", b"{}", {}, laptop=True)


def test_an_answer_that_never_comes_is_waited_for_no_longer_than_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enable_socket()
    monkeypatch.setattr(webhook, "MOST_SECONDS", 0.05)
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotDelivered, match="nothing in"):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, laptop=True)


def test_a_host_that_is_not_found_may_be_there_later() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(NotDelivered, match=r"hooks\.example did not take the message: OSError"):
        post("https://hooks.example/", b"{}", {}, laptop=False, resolve=unknown)


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.7", "192.168.1.1", "172.16.0.9", "169.254.169.254", "0.0.0.0", "::1",
     "fd00::1", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
@pytest.mark.parametrize("laptop", [False, True])
def test_a_name_that_leads_inside_a_network_is_not_followed(inside: str, laptop: bool) -> None:
    with pytest.raises(AddressRefused, match="not at a public address"):
        target("https://hooks.example/", laptop=laptop, resolve=lambda *_: [inside])


def test_of_several_addresses_a_public_one_is_taken() -> None:
    found = target(
        "https://hooks.example/a b",
        laptop=False,
        resolve=lambda *_: ["10.0.0.7", "93.184.216.34"],
    )

    assert (found.address, found.port, found.path) == ("93.184.216.34", 443, "/a%20b")


@pytest.mark.parametrize(
    ("address", "laptop"),
    [
        ("http://hooks.example/", False),
        ("http://hooks.example/", True),
        ("http://127.0.0.1:9001/", False),
        ("ftp://hooks.example/", True),
        ("https:///nowhere", False),
    ],
)
def test_only_https_is_spoken_with_others(address: str, laptop: bool) -> None:
    with pytest.raises(AddressRefused, match="https"):
        target(address, laptop=laptop, resolve=lambda *_: ["127.0.0.1"])
