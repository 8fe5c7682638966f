"""Runs for the tests: a collage by its steps, as the workflow would take them."""

import json
from dataclasses import replace

from moto.s3.models import s3_backends

from collage import cell_index, clock
from collage.recipes import RECIPES
from collage.steps import start_collage
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.store import results
from collage.tile import Call
from combinatoric_collage.local.aws import ACCOUNT
from tests.unit.pictures import encode, quarters

SOURCE = encode(quarters((90, 60)))

SMALL = {"rows": 2, "cols": 3, "size": 64, "cell": 32}


def small(recipe):
    """As SMALL, but for a recipe whose grid is its own."""
    own = ("rows", "cols") if RECIPES[recipe].own_grid else ()
    return {name: value for name, value in SMALL.items() if name not in own}


def start(stack, key="uploads/a.png", data=SOURCE, **options):
    """Put an upload and start its collage; the collage's id."""
    if data is not None:
        stack.put(key, data)
    asked = {**small(options.get("recipe", "collage")), **options}
    return start_collage.start(stack.store, stack.services, stack.runs, key, asked)


def prepare(stack, **options):
    """Come as far as the plan; the id, and the calls as the Map would hand them out."""
    collage = start(stack, **options)["id"]
    return collage, planned(stack, collage)


def planned(stack, collage):
    """Plan a collage that is started; its calls."""
    if stack.started[collage]["needs_styles"]:
        list_styles(stack.store, stack.services, collage)
    make_masks(stack.store, stack.services, collage)
    first, *_ = plan_tiles(stack.store, stack.services, collage)["waves"]
    return [Call.model_validate(item) for item in json.loads(stack.get(first["calls"]))]


def render(stack, collage_id, calls):
    for call in calls:
        render_tile(stack.store, stack.services, collage_id, call)


def changed(stack, **settings):
    """The stack's services with other settings."""
    return replace(stack.services, settings=stack.services.settings.model_copy(update=settings))


def assemble(stack, collage_id):
    assemble_collage(stack.store, stack.services, collage_id)
    return stack.store.manifest(collage_id)


MADE = {}
"""The files of finished collages, with their headers, by all that they depend on."""


def made(stack, **options):
    """The id of a finished collage.

    The first test that asks for it makes it by its steps; others find what those left, which costs
    a tenth. Where tiles are there already, it is made of them.
    """
    there = stack.listing()
    collage = start(stack, **options)["id"]
    bucket = s3_backends[ACCOUNT]["aws"].buckets[stack.store.collages]
    known = collage, stack.services.settings.model_dump_json(), cell_index.LARGE, results.PLACED
    if there or known not in MADE:
        render(stack, collage, planned(stack, collage))
        assemble(stack, collage)
        if not there:
            MADE[known] = {name: (key.value, key.metadata) for name, key in bucket.keys.items()}
        return collage
    for name in bucket.keys.keys() - MADE[known].keys():
        del bucket.keys[name]
    for name, (value, metadata) in MADE[known].items():
        key = s3_backends[ACCOUNT]["aws"].put_object(bucket.name, name, value)
        key.set_metadata(metadata)
    # It ended in the run of this test, and not in that of the first.
    made_before = stack.store.progress(collage)
    stack.store.put_progress(made_before.model_copy(update={"ended": clock.now("milliseconds")}))
    return collage
