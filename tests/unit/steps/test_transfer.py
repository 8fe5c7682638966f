"""Transfers, wave by wave: what cells show, what is shared, and what a refusal leaves."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import numpy as np
import pytest
from pytest_socket import enable_socket

from collage.engines.openai.settings import OpenAISettings
from collage.errors import MissingContext, Refused
from collage.formats import metadata
from collage.manifest import Manifest
from collage.pictures.feather import blend
from collage.pictures.masks import decode as mask_alpha
from collage.services import Services
from collage.settings import Settings
from collage.steps.assemble_collage import assemble_collage
from collage.steps.estimate import estimate
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.record_failure import failure_of
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from collage.store.store import Store
from tests.fake_openai import FakeOpenAI, Faults
from tests.unit.conftest import COLLAGES, UPLOADS, Stack
from tests.unit.pictures import decode, encode, noise, quarters

SOURCE = encode(quarters((90, 90)))
WAVES, MOSS = encode(noise((300, 280))), encode(quarters((260, 400)))
PICTURES = {"Waves": "sources/waves", "Moss": "sources/moss"}
ASKED: dict[str, Any] = {"recipe": "transfer", "size": 64, "cell": 32}
THREE = {**ASKED, "styles": ["Cubism", "Baroque", "Batik"], "engine": "openai", "quality": "low"}


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The provider of these tests listens on loopback."""
    enable_socket()


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        yield fake


@pytest.fixture
def services(stack: Stack, limits_table: str, fake: FakeOpenAI) -> Services:
    boto3.client("secretsmanager").create_secret(Name="the-key", SecretString="sk-test")
    settings = OpenAISettings(
        secret="the-key", base_url=fake.base_url, images_per_minute=6000, burst=10
    )
    return Services(
        Settings(uploads_bucket=UPLOADS, collages_bucket=COLLAGES, limits_table="limits"),
        {"openai": settings},
    )


def made(stack: Stack, services: Services, **options: Any) -> Manifest:
    """A collage by its steps, as the workflow would take them."""
    stack.put("uploads/a.png", SOURCE)
    again = options.pop("retry_refused", False)
    collage = start(
        stack.store,
        services,
        stack.runs,
        "uploads/a.png",
        {**ASKED, **options},
        retry_refused=again,
    )["id"]
    make_masks(stack.store, services, collage)
    plan_tiles(stack.store, services, collage)
    plan = stack.store.plan(collage)
    for index in (call for wave in plan.waves for call in wave):
        try:
            render_tile(stack.store, services, collage, plan.call(index))
        except (Refused, MissingContext) as error:
            stack.store.put_failure(failure_of(collage, error, index))
    patient = Settings(uploads_bucket=UPLOADS, collages_bucket=COLLAGES, min_share=0.1)
    assemble_collage(stack.store, Services(patient, {}), collage)
    return stack.store.manifest(collage)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(decode(png).convert("RGB"))


def picture(store: Store, key: str) -> np.ndarray:
    found = store.finished(key)
    assert found is not None
    return pixels(found[0])


def of(manifest: Manifest, operation: str) -> list[Any]:
    return [record for record in manifest.tiles if record.tile.operation == operation]


@pytest.mark.parametrize("engine", ["stylizer", "openai"])
def test_a_cell_is_the_source_and_in_the_mask_the_transfer_with_a_soft_edge(
    stack: Stack, services: Services, engine: str
) -> None:
    stack.put(PICTURES["Waves"], WAVES)
    stack.put(PICTURES["Moss"], MOSS)

    manifest = made(stack, services, style_pictures=PICTURES, engine=engine, masks=["left", "all"])

    assert manifest.tile_counts == {"done": 2 + 2}
    below, over = of(manifest, "transfer")
    assert {*below.tile.styles, *over.tile.styles} == set(PICTURES)
    source = pixels(stack.store.source(manifest.id))
    transferred = picture(stack.store, over.key)
    assert (transferred != picture(stack.store, below.key)).any()
    for record in of(manifest, "reconstruct"):
        alpha = mask_alpha(stack.store.mask(manifest.id, record.tile.mask))
        cell = picture(stack.store, record.key)
        assert (cell == blend(source, transferred, alpha)).all()
        assert (cell[alpha == 255] == source[alpha == 255]).all()


def test_the_pictures_of_styles_are_brought_to_what_the_engine_takes(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    stack.put(PICTURES["Waves"], WAVES)
    stack.put(PICTURES["Moss"], MOSS)

    manifest = made(stack, services, style_pictures=PICTURES, engine="openai", masks=["left"])

    assert [len(record.images) for record in fake.requests] == [2, 2]
    for record in of(manifest, "transfer"):
        (digest,) = record.tile.style_pictures.values()
        png = stack.get(f"collages/{manifest.id}/style_pictures/{digest}.png")
        assert decode(png).size == (1024, 1024)


def test_studies_and_transfers_are_shared_by_collages_of_other_masks_and_grids(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    first = made(stack, services, **THREE, masks=["left"])
    paid = len(fake.requests)
    second = made(stack, services, **THREE, masks=["top", "centre"], rows=2, cols=3, order="random")

    assert paid == 3 + 3 + 3
    assert len(fake.requests) == paid
    assert second.tile_counts == {"reused": paid, "done": 6}
    assert (first.usd > 0, second.usd) == (True, 0)


def test_an_estimate_tells_transfers_from_cells(stack: Stack, services: Services) -> None:
    asked = start(stack.store, services, stack.runs, put(stack), THREE)["id"]
    request = stack.store.accepted(asked).request

    found = estimate(stack.store, services, SOURCE, request)

    assert (found["tiles"], found["paid"]) == (3 + 3 + 3 + 12, 9)
    assert found["minutes"] == pytest.approx(9 / 6000, abs=0.01)


def put(stack: Stack) -> str:
    stack.put("uploads/a.png", SOURCE)
    return "uploads/a.png"


def test_what_goes_on_from_a_refused_picture_is_refused_with_the_same_words(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    fake.faults = Faults(refuse=("study in the style of Batik",))

    manifest = made(stack, services, **THREE, masks=["left"])

    states = Counter((record.tile.operation, record.state) for record in manifest.tiles)
    # Batik itself, and its pairs with the two others.
    assert states == {
        ("generate", "done"): 2,
        ("generate", "refused"): 1,
        ("transfer", "done"): 3,
        ("transfer", "refused"): 3,
        ("reconstruct", "done"): 1,
        ("reconstruct", "refused"): 2,
    }
    refused = [record for record in manifest.tiles if record.state == "refused"]
    assert len({record.message for record in refused}) == 1
    assert "safety system" in (refused[0].message or "")
    assert len(fake.requests) == 3 + 3


def test_other_draws_take_the_place_of_refused_ones_and_cost_nothing(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    fake.faults = Faults(refuse=("study in the style of Batik",))

    manifest = made(
        stack, services, **THREE, replace_refused=True, rows=1, cols=4, tiles=4, combine=1
    )

    cells = of(manifest, "reconstruct")
    assert {record.state for record in cells} <= {"done", "replaced"}
    replaced = [record for record in cells if record.state == "replaced"]
    assert replaced
    for record in replaced:
        assert record.refused.styles == ("Batik",)
        assert record.tile.styles != ("Batik",)
        assert record.usd == 0
    assert len(fake.requests) == 3 + 2


def test_refused_styles_are_asked_for_again_when_somebody_says_so(
    stack: Stack, services: Services, fake: FakeOpenAI
) -> None:
    fake.faults = Faults(refuse=("study in the style of Batik",))
    first = made(stack, services, **THREE, masks=["left"])
    fake.faults = Faults()

    second = made(stack, services, **THREE, masks=["left"], retry_refused=True)

    assert first.id == second.id
    assert (first.missing, second.missing) == (6, 0)


@pytest.mark.parametrize(("engine", "style"), [("stylizer", "Batik"), ("openai", "Batik")])
def test_a_cell_says_that_a_trained_model_made_a_part_of_it(
    stack: Stack, services: Services, engine: str, style: str
) -> None:
    manifest = made(stack, services, styles=[style], engine=engine, masks=["left"])

    (cell,) = of(manifest, "reconstruct")
    found = stack.store.finished(cell.key)
    assert found is not None
    said = metadata.read(found[0])
    assert "compositeWithTrainedAlgorithmicMedia" in (said.xmp or "")
    assert f"Transferred by: {engine}" in (said.parameters or "")
    assert f"AISystemUsed>{engine}" in (said.xmp or "").replace('="', ">")
