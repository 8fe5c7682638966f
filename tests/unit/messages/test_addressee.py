"""Addresses that come with requests: only of hosts that the stack allows."""

import pytest

from collage.errors import InvalidRequest
from collage.messages.addressee import addressee

HOSTS = ("hooks.example", "my.host")


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example/services/T0/B0?a=b",
        "https://eu.hooks.example:8443/",
        "https://HOOKS.example",
        "https://my.host/ä",
    ],
)
def test_an_address_of_an_allowed_host_is_taken_as_it_is(address: str) -> None:
    assert addressee(address, HOSTS).webhook == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.example",
        "http://hooks.example/",
        "http://127.0.0.1/",
        "https://other.example/",
        "https://badhooks.example/",
        "https://hooks.example.other.example/",
        "https://me:secret@hooks.example/",
        "https://hooks.example@other.example/",
        "https://hooks.example/#part",
        "https://hooks.example:port/",
        "https://[hooks.example/",
        "https://hooks.example/a\nb",
        "https://hooks.example/" + "a" * 2000,
        12,
    ],
)
def test_any_other_is_refused_with_what_is_allowed(address: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^notify: ") as raised:
        addressee(address, HOSTS)

    assert raised.value.fields[0].field == "notify"
    assert raised.value.fields[0].allowed == list(HOSTS)


def test_a_stack_that_allows_no_host_says_how_it_would() -> None:
    with pytest.raises(InvalidRequest, match="NotifyHosts"):
        addressee("https://hooks.example/", ())


def test_the_same_address_has_one_name_and_another_another() -> None:
    one, same, other = (
        addressee(f"https://hooks.example/{path}", HOSTS).name for path in ("a", "a", "b")
    )

    assert one == same != other
