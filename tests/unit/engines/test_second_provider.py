"""A second provider is a folder and a line in the registry: nothing of it is taken for OpenAI's."""

import sys
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from collage import engines
from collage.engines.openai.prices import PRICED_ON as OPENAI_PRICED_ON
from collage.engines.openai.settings import OpenAISettings
from collage.errors import EngineUnavailable, OverBudget, TooLong
from collage.request.parse import parse
from collage.steps.assemble_collage import assemble_collage
from collage.steps.estimate import estimate
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from combinatoric_collage.cli.stacks import laptop
from tests.unit.engines.stub.capability import MODEL, PRICED_ON, STUB, USD, StubSettings
from tests.unit.functions.called import Api
from tests.unit.functions.conftest import deployed
from tests.unit.pictures import encode, noise

__all__ = ["deployed"]

ASKED = {"recipe": "samples", "prompt": "a lake", "grid_size": 2, "size": 64, "cell": 32}


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """The folder lies among those of the engines, and the registry has its line."""
    beside = [*engines.__path__, str(Path(__file__).parent)]
    monkeypatch.setattr(engines, "__path__", beside)
    monkeypatch.setitem(engines.ENGINES, "stub", STUB)
    yield
    for name in [name for name in sys.modules if name.startswith("collage.engines.stub")]:
        del sys.modules[name]


@pytest.fixture
def services(stack, limits_table):
    """A stack that has the stub's key, and OpenAI's at another pace."""
    boto3.client("secretsmanager").create_secret(Name="of-the-stub", SecretString="its key")
    return replace(
        stack.services,
        settings=stack.services.settings.model_copy(update={"limits_table": limits_table}),
        providers={
            "stub": StubSettings(secret="of-the-stub"),
            "openai": OpenAISettings(secret="of-openai", images_per_minute=1000),
        },
    )


def planned(stack, services, **options):
    made = start(stack.store, services, stack.runs, None, {"engine": "stub", **ASKED, **options})
    make_masks(stack.store, services, made["id"])
    return made["id"], plan_tiles(stack.store, services, made["id"])


def accounts_in_the_table(table):
    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return {item["name"]["S"] for item in found if item["name"]["S"].startswith("pace#")}


@pytest.mark.parametrize("others", [{}, {"openai": OpenAISettings(secret="of-openai")}])
def test_it_says_which_key_it_needs_whoever_else_has_one(stack, others):
    services = replace(stack.services, providers=others)

    with pytest.raises(EngineUnavailable) as refused:
        start(stack.store, services, stack.runs, None, {"engine": "stub", **ASKED})

    assert str(refused.value) == (
        "engine: stub needs a key; set the stack's parameter StubSecret, or on a laptop the "
        "variable STUB_API_KEY."
    )


def test_its_key_opens_no_other_engine(stack):
    services = replace(stack.services, providers={"stub": StubSettings(secret="of-the-stub")})

    with pytest.raises(EngineUnavailable, match=r"engine: openai needs a key; .* OpenAiSecret"):
        start(stack.store, services, stack.runs, None, {"engine": "openai", **ASKED})


def test_what_it_is_set_up_with_and_cannot_be_read_is_said_by_name(stack, services):
    services = replace(services, providers={"stub": StubSettings(secret="of-nobody")})

    with pytest.raises(EngineUnavailable) as refused:
        services.client(services.accounts["stub"])

    assert str(refused.value) == (
        "What stub is set up with could not be read: AWS says ResourceNotFoundException."
    )


def test_a_plan_goes_by_its_model_prices_date_and_pace(stack, services):
    made, waves = planned(stack, services)

    plan = stack.store.plan(made)
    assert {tile.model for tile in plan.tiles} == {MODEL}
    assert plan.estimate.model_dump() == {
        "calls": 4,
        "tiles": 4,
        "usd": 4 * USD,
        "minutes": 2,
        "priced_on": PRICED_ON,
    }
    assert all(plan.call(index).priced for index in range(4))
    assert waves["concurrency"] == 3


def test_an_estimate_is_what_the_plan_will_say(stack, services):
    asked = parse({"engine": "stub", **ASKED})

    found = estimate(stack.store, services, None, asked)

    del found["geometry"]
    assert found == {
        "calls": 4,
        "paid": 4,
        "tiles": 4,
        "reused": 0,
        "usd": 4 * USD,
        "minutes": 2,
        "priced_on": PRICED_ON,
    }


def test_two_providers_are_asked_side_by_side_and_the_older_prices_are_named(stack, services):
    table = {"recipe": "matrix", "styles": ["Cubism"], "masks": ["left"], "size": 64, "cell": 32}
    source = encode(noise((64, 64)))

    found, by_stub, by_openai = (
        estimate(stack.store, services, source, parse({**table, "axes": {"engine": names}}))
        for names in (["stub", "openai"], ["stub"], ["openai"])
    )

    assert by_stub["usd"] == USD
    assert by_openai["usd"] not in (0, USD)
    assert found["usd"] == by_stub["usd"] + by_openai["usd"]
    assert found["minutes"] == by_stub["minutes"] == 0.5
    assert found["priced_on"] == by_openai["priced_on"] == OPENAI_PRICED_ON < PRICED_ON


def test_what_a_stack_says_that_its_pictures_cost_is_its_own(stack, services):
    dear = StubSettings(secret="of-the-stub", usd_per_image=3)
    services = replace(services, providers={**services.providers, "stub": dear})

    with pytest.raises(OverBudget, match=r"\$12\.00"):
        planned(stack, services, max_usd=11)


def test_too_slow_a_pace_names_its_own_parameter(stack, services):
    slow = StubSettings(secret="of-the-stub", images_per_minute=0.0001)
    services = replace(services, providers={**services.providers, "stub": slow})

    with pytest.raises(TooLong, match="parameter StubImagesPerMinute"):
        planned(stack, services)


def test_its_pictures_are_bought_by_its_own_account(stack, services, limits_table):
    quick = StubSettings(secret="of-the-stub", images_per_minute=60_000)
    services = replace(services, providers={**services.providers, "stub": quick})
    made, _ = planned(stack, services)
    calls = [stack.store.plan(made).call(index) for index in range(4)]

    bought = [render_tile(stack.store, services, made, call) for call in calls]

    assert sum(one.usd for one in bought) == 4 * USD
    assert services.limits.spent() == 4 * USD
    assert accounts_in_the_table(limits_table) == {"pace#stub"}
    for call in calls:
        (tile,) = call.tiles
        assert stack.get(f"tiles/{tile.key}.provider") == b"its key"
        assert stack.store.sidecar(tile).tile.model == MODEL
    assemble_collage(stack.store, services, made)
    manifest = stack.store.manifest(made)
    assert (manifest.usd, manifest.tile_counts) == (4 * USD, {"done": 4})


def test_a_provider_without_a_language_model_lists_no_styles(stack, services):
    alone = replace(services, providers={"stub": StubSettings(secret="of-the-stub")})

    assert alone.lister() is None
    assert services.lister().provider.name == "openai"


@pytest.mark.parametrize("secret", ["", "of-the-stub"])
def test_the_catalogue_tells_of_it_by_its_own(deployed, monkeypatch, limits_table, secret):
    monkeypatch.setenv("STUB_SECRET", secret)
    monkeypatch.setenv("STUB_IMAGES_PER_MINUTE", "7")

    items = Api(deployed)("GET", "/engines").json["items"]

    (found,) = (item for item in items if item["name"] == "stub")
    assert found["model"] == MODEL
    assert found["models"] == {"generate": MODEL, "inpaint": MODEL}
    assert (found["priced"], found["images_per_minute"]) == (True, 7)
    assert found["available"] is bool(secret)
    assert secret or "StubSecret" in found["needs"]
    assert {item["images_per_minute"] for item in items if not item["priced"]} == {None}


def test_a_stack_is_read_from_the_templates_parameters():
    found = STUB.provider.of_parameters({"StubSecret": "s", "StubImagesPerMinute": "0.5"})

    assert found == StubSettings(secret="s", images_per_minute=0.5)
    assert STUB.provider.of_parameters({"OpenAiSecret": "another"}) == StubSettings()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, {"openai", "stub"}),
        ({"engine": "stub"}, {"stub"}),
        ({"engine": "openai"}, {"openai"}),
        ({"engine": "stub", "theme": "the sea"}, {"openai", "stub"}),
        ({"engine": "painter"}, set()),
    ],
)
def test_a_laptops_stack_gets_the_keys_that_a_run_may_use(monkeypatch, asked, expected):
    monkeypatch.setenv("OPENAI_API_KEY", "one")
    monkeypatch.setenv("STUB_API_KEY", "another")

    found = laptop.with_keys(None if asked is None else parse(asked))

    assert {provider.name for provider in found} == expected
