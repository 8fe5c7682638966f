"""Every function, called as Lambda calls it with its sample event."""

import json
import re

import pytest

from collage.errors import InvalidRequest
from collage.services import services
from collage.settings import settings
from collage.steps.render_tile import render_tile
from collage.tile import Call
from tests.infrastructure.shipped import ROOT, functions
from tests.unit.conftest import COLLAGES, UPLOADS
from tests.unit.functions.deployed import EVENTS, forget, prepared
from tests.unit.pictures import decode

# As the template's PYTHONWARNINGS has it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def test_every_function_has_a_sample_event_and_every_event_a_function():
    names = sorted((path.parent.name for path in ROOT.glob("functions/*/app.py")), key=len)
    owners = {
        event: [name for name in names if re.fullmatch(rf"{name}(_\w+)?", event)]
        for event in EVENTS
    }

    assert all(owners.values()), owners
    assert {found[-1] for found in owners.values()} == set(names)


def test_the_sample_events_of_the_workflow_are_of_one_collage():
    ids = {event["id"] for event in EVENTS.values() if "detail-type" not in event and "id" in event}

    assert len(ids) == 1


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("StartCollageFunction", "max_source_bytes", 3_000_000),
        ("StartCollageFunction", "max_source_pixels", 4_000_000),
        ("PlanTilesFunction", "concurrency", 7),
        ("AssembleCollageFunction", "min_share", 0.7),
    ],
)
def test_a_parameter_of_the_stack_reaches_the_function_that_needs_it(
    deployed, name, setting, value
):
    for variable, text in deployed.environment(name).items():
        deployed.environ.setenv(variable, text)
    forget()

    assert getattr(settings(), setting) == value


@pytest.mark.parametrize("name", functions())
def test_every_function_is_given_settings_that_hold(deployed, name):
    for variable, text in deployed.environment(name).items():
        deployed.environ.setenv(variable, text)
    forget()

    assert (services().settings.uploads_bucket, services().settings.collages_bucket) == (
        UPLOADS,
        COLLAGES,
    )


def test_list_styles_freezes_styles(deployed, accepted):
    deployed.invoke("list_styles", EVENTS["list_styles"])

    assert deployed.stack.store.styles(accepted).origin == "default"


def test_make_masks_writes_the_source_and_the_masks(deployed, accepted):
    deployed.invoke("make_masks", EVENTS["make_masks"])

    store, asked = deployed.stack.store, deployed.stack.store.accepted(accepted).request
    assert decode(store.source(accepted)).size == asked.size
    assert list(store.prepared(accepted).masks) == sorted(asked.masks)
    assert all(decode(store.mask(accepted, name)).size == asked.size for name in asked.masks)


def test_plan_tiles_answers_what_the_map_needs(deployed, accepted):
    prepared(deployed.stack, accepted)

    answer = deployed.invoke("plan_tiles", EVENTS["plan_tiles"])

    calls = json.loads(deployed.stack.get(answer["waves"][0]["calls"]))
    assert answer["bucket"] == COLLAGES
    assert answer["count"] == len(answer["waves"]) == 1
    assert answer["concurrency"] == 7
    assert len(calls) == len(deployed.stack.store.plan(accepted).calls)


def test_render_tile_makes_the_tiles_of_its_call(deployed, accepted):
    event = EVENTS["render_tile"]
    prepared(deployed.stack, accepted)

    assert deployed.invoke("render_tile", event) is None

    for tile in Call.model_validate(event["call"]).tiles:
        png, sidecar = deployed.stack.store.tile(tile)
        assert decode(png).size == tile.size
        assert sidecar.tile == tile


def test_the_sample_call_is_as_the_plan_makes_them(deployed, accepted):
    event = EVENTS["render_tile"]
    prepared(deployed.stack, accepted)

    answer = deployed.invoke("plan_tiles", EVENTS["plan_tiles"])

    items = json.loads(deployed.stack.get(answer["waves"][0]["calls"]))
    planned = items[event["call"]["index"]]
    for made, sample in zip(planned["tiles"], event["call"]["tiles"], strict=True):
        assert {**made, "source": None} == {**sample, "source": None}
    assert event["call"].keys() == planned.keys()


def test_assemble_collage_answers_what_is_announced(deployed, accepted):
    prepared(deployed.stack, accepted)
    deployed.invoke("plan_tiles", EVENTS["plan_tiles"])
    made = deployed.stack.store.plan(accepted)
    for index in range(len(made.calls)):
        render_tile(deployed.stack.store, deployed.stack.services, accepted, made.call(index))

    answer = deployed.invoke("assemble_collage", EVENTS["assemble_collage"])

    assert answer == {
        "version": 1,
        "kind": "completed",
        "id": accepted,
        "state": "done",
        "bucket": COLLAGES,
        "collage": f"collages/{accepted}/collage.png",
        "manifest": f"collages/{accepted}/manifest.json",
        "tiles": len(made.tiles),
        "missing": 0,
        "refused": 0,
        "stopped": "",
        "usd": 0,
        "title": None,
    }
    assert deployed.stack.listing() >= {answer["collage"], answer["manifest"]}


def test_export_collage_answers_what_is_there_or_writes_down_why_not(deployed, accepted):
    prepared(deployed.stack, accepted)
    deployed.invoke("plan_tiles", EVENTS["plan_tiles"])
    made = deployed.stack.store.plan(accepted)
    for index in range(len(made.calls)):
        render_tile(deployed.stack.store, deployed.stack.services, accepted, made.call(index))
    deployed.invoke("assemble_collage", EVENTS["assemble_collage"])
    event = EVENTS["export_collage"]

    answer = deployed.invoke("export_collage", event)

    assert (answer["kind"], answer["tiles"]) == ("zip", 3)
    assert deployed.stack.store.exported(accepted, event["name"]).file == answer["file"]
    with pytest.raises(InvalidRequest):
        deployed.invoke("export_collage", event | {"export": {"kind": "zip", "names": "{no}"}})
    assert deployed.stack.store.export_failure(accepted, event["name"]).error == "InvalidRequest"
