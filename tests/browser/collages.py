"""Real collages for the page: the pipeline's own steps over a store in memory, fetched to disk."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from collage.manifest import Manifest
from collage.services import Services
from collage.settings import Settings
from collage.steps.assemble_collage import assemble_collage
from collage.steps.list_styles import list_styles
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.record_failure import record_failure
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from collage.store.results import script_of
from collage.store.store import Store
from collage.watch.runs import Runs
from combinatoric_collage.cli.stacks.fetch import fetch
from tests.infrastructure.shipped import ROOT
from tests.mocked import mocked

REFUSAL = {"Error": "Refused", "Cause": json.dumps({"errorMessage": "The provider said no."})}
FAULT = {"Error": "TimedOut", "Cause": json.dumps({"errorMessage": "It took too long."})}
MACHINE = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})


def make(
    out: Path,
    refused: int | None = None,
    failed: int | None = None,
    uploads: Mapping[str, bytes] | None = None,
    take: Callable[[Store, str, Path], object] = fetch,
    **options: Any,
) -> None:
    """A collage in the folder ``out``; two calls may end without a tile.

    It is of the sample picture, or of ``sources`` in the options, which are among the ``uploads``.
    ``take`` brings it from the store to the folder.
    """
    with mocked():
        s3 = boto3.client("s3", region_name="us-east-1")
        for bucket in ("uploads", "collages"):
            s3.create_bucket(Bucket=bucket)
        states = boto3.client("stepfunctions", region_name="us-east-1")
        machine = states.create_state_machine(
            name="runs", definition=MACHINE, roleArn="arn:aws:iam::123456789012:role/r"
        )
        store = Store(s3, "uploads", "collages")
        settings = Settings(uploads_bucket="uploads", collages_bucket="collages", min_share=0.5)
        services = Services(settings)
        source = None
        if "sources" not in options:
            source = store.put_source((ROOT / "examples" / "farmhouse.png").read_bytes())
        for key, data in (uploads or {}).items():
            s3.put_object(Bucket="uploads", Key=key, Body=data)
        runs = Runs(states, machine["stateMachineArn"])
        made = start(store, services, runs, source, options)["id"]
        list_styles(store, services, made)
        make_masks(store, services, made)
        plan_tiles(store, services, made)
        plan = store.plan(made)
        for index in range(len(plan.calls)):
            if index in (refused, failed):
                record_failure(store, made, REFUSAL if index == refused else FAULT, index)
            else:
                render_tile(store, services, made, plan.call(index))
        assemble_collage(store, services, made)
        take(store, made, out)


def manifest(folder: Path) -> Manifest:
    """What the manifest of a fetched collage says."""
    return Manifest.model_validate_json((folder / "manifest.json").read_text())


def changed(folder: Path, found: Manifest) -> None:
    """Put another manifest in place of a fetched one's."""
    (folder / "manifest.json").write_text(found.model_dump_json())
    (folder / "manifest.js").write_bytes(script_of(found))
