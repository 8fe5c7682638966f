"""What a function's process takes over from the machine it runs on."""

from pathlib import Path

import pytest

from combinatoric_collage.local.aws import Credentials
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.tasks import environment

FUNCTION = Function("f", "arn", "app.handler", "role", 1, 128, "python3.13", {}, (Path("code"),))
KEYS = Credentials("key", "secret")


@pytest.mark.parametrize(
    ("own", "names"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "vm, .lan"}, "vm,.lan,127.0.0.1,localhost"),
        ({"no_proxy": "vm", "NO_PROXY": "10.0.0.0/8"}, "10.0.0.0/8,vm,127.0.0.1,localhost"),
        ({"no_proxy": "localhost,127.0.0.1"}, "localhost,127.0.0.1"),
        # It means everything, and counts only by itself.
        ({"NO_PROXY": "*"}, "*"),
    ],
)
def test_a_user_s_exceptions_from_the_proxies_are_added_to(
    own: dict[str, str], names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in own.items():
        monkeypatch.setenv(name, value)

    function = FUNCTION.environment("api", "http://here", "us-east-1", KEYS, Path("tmp"))
    task = environment("http://here", Path("tmp"), KEYS.environment)

    for seen in (function, task):
        assert (seen["NO_PROXY"], seen["no_proxy"]) == (names, names)
