"""What pictures cost, of every provider that there is."""

import json

import pytest
from typer.testing import CliRunner

from collage import engines
from collage.engines.openai.prices import PRICED_ON, PRICES
from collage.engines.price_list import PriceList, PriceTable
from combinatoric_collage.cli.application import app
from tests.unit.engines.stub import capability as stub

TOLD = PriceList(
    (PriceTable("One picture, of any size.", ("dollars",), {"stub-of-a-long-name-1": ("0.25",)}),),
    "It has no other.",
    {"models": {"stub-of-a-long-name-1": 0.25}},
)


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = stub.KeyedProvider(**{**vars(stub.PROVIDER), "price_list": TOLD})
    capability = engines.Capability(**{**vars(stub.STUB), "provider": provider})
    monkeypatch.setitem(engines.ENGINES, "stub", capability)


def said(*options: str) -> str:
    return CliRunner().invoke(app, ["prices", *options]).stdout


def test_every_provider_tells_its_prices() -> None:
    assert all(one.price_list is not None for one in engines.providers().values())


@pytest.mark.usefixtures("another")
def test_a_provider_is_told_by_its_line_in_the_registry() -> None:
    lines = said().splitlines()

    first = lines.index("stub: prices of 2031-05-04, in dollars, as others report them.")
    assert lines[first:] == [
        "stub: prices of 2031-05-04, in dollars, as others report them.",
        "",
        "One picture, of any size.",
        f"{'model':<23}{'dollars':>15}",
        f"{'stub-of-a-long-name-1':<23}{'0.25':>15}",
        "",
        "It has no other.",
    ]
    assert lines[0] == f"openai: prices of {PRICED_ON}, in dollars, as others report them."


@pytest.mark.usefixtures("another")
def test_a_program_finds_openais_where_they_were_and_each_by_name() -> None:
    found = json.loads(said("--json"))

    assert found["priced_on"] == PRICED_ON
    assert found["models"].keys() == PRICES.keys()
    assert found["models"]["gpt-image-1"]["square"]["low"] == 0.011
    assert found["providers"]["openai"]["models"] == found["models"]
    assert found["providers"]["stub"] == {"priced_on": "2031-05-04", **TOLD.record}
