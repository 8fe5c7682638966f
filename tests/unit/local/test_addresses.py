"""Rules for paths make no addresses until somebody asks for one, and the same ones then."""

from contextlib import ExitStack

import pytest
from werkzeug.routing import BuildError, Map, Rule

from combinatoric_collage.local.moto import made_once


def test_an_address_is_made_by_its_rule() -> None:
    with ExitStack() as stack:
        made_once._addresses(stack)
        paths = Map([Rule("/things/<int:number>/<path:rest>", endpoint="thing")]).bind("here")

        assert paths.match("/things/7/a/b") == ("thing", {"number": 7, "rest": "a/b"})
        assert paths.build("thing", {"number": 7, "rest": "a b"}) == "/things/7/a%20b"
        assert paths.build("thing", {"number": 7, "rest": "a", "more": 1}) == "/things/7/a?more=1"
        with pytest.raises(BuildError):
            paths.build("thing", {"number": 7})
