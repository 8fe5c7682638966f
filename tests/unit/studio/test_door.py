"""Who is let in to the studio: the browser with the token, and no page of another site in it."""

import pytest

from tests.unit.studio.asking import send


def test_the_token_is_taken_for_a_cookie_and_leaves_the_address(studio):
    path = studio.address.partition(str(studio.server_port))[2]

    entered = send(studio, "GET", path, headers={"Cookie": None})

    assert (entered.status, entered.headers["Location"]) == (303, "/")
    cookie = entered.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert studio.door.token not in cookie
    sent = {"Cookie": f"others=1; {cookie.partition(';')[0]}; more=2"}
    assert send(studio, "GET", "/", headers=sent).status == 200


@pytest.mark.parametrize("path", ["/?token=", "/?token=guessed", "/?token=a&token=b", "/?token=é"])
def test_a_wrong_token_lets_nobody_in(studio, path):
    answer = send(studio, "GET", path.replace("é", "%C3%A9"), headers={"Cookie": None})

    assert answer.status == 403
    assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("path", ["/", "/studio.js", "/api/collages", "/tiles/a.png", "/nothing"])
@pytest.mark.parametrize("cookie", [None, "{}=", "{}=guessed", "{}", "other=1"])
def test_without_the_cookie_nothing_is_served(studio, gateway, path, cookie):
    sent = {"Cookie": cookie and cookie.format(studio.door.cookie)}

    answer = send(studio, "GET", path, headers=sent)

    assert (answer.status, answer.problem) == (403, "NotLetIn")
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"Host": "studio.example"}),
        ("GET", {"Host": "127.0.0.1"}),
        ("GET", {"Origin": "https://studio.example"}),
        ("GET", {"Origin": "http://127.0.0.1:1"}),
        ("GET", {"Origin": "null"}),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "iframe"}),
        ("POST", {"Origin": None}),
        ("POST", {"Origin": "http://127.0.0.1:1"}),
        ("DELETE", {"Origin": None}),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}),
    ],
)
def test_what_comes_of_another_place_is_refused_even_with_the_cookie(
    studio, gateway, method, headers
):
    body = b"{}" if method == "POST" else None

    answer = send(studio, method, "/api/collages", body, headers)

    assert (answer.status, answer.problem) == (403, "Foreign")
    assert gateway.asked == []
