"""The steps of the workflow in their order, and the doors: tiny pictures from start to page."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from collage.engines import ENGINES
from collage.manifest import Manifest
from collage.sharing.share import DAYS, ShareAsked, shared
from tests.emulated.functions import Emulated, StepError
from tests.emulated.services import COLLAGES, UPLOADS, Services
from tests.infrastructure.shipped import ROOT

SIDE = 32
SOURCE = "sources/picture"
SMALL = {"size": SIDE, "cell": SIDE}
WIDE = (4 * SIDE, SIDE)
"""The stylizer's networks work on 384 pixels of the longer side, whatever is asked for."""
REQUESTS: dict[str, dict[str, Any]] = {
    "collage": {"style_count": 2, "rows": 1, "cols": 1, "masks": ["left"], "upscale": 2, **SMALL},
    "engines": {
        "recipe": "matrix",
        "styles": ["Cubism"],
        "masks": ["left"],
        "axes": {"engine": ["painter", "stylizer", "openai", "bedrock"]},
        "size": list(WIDE),
        "cell": SIDE,
    },
    "panorama": {"recipe": "panorama", "target": [48, SIDE], **SMALL},
}
"""Collages that together ask every engine that runs in a function."""


@dataclass
class Report:
    """What is known of the functions that answered."""

    functions: Emulated

    def invoke(self, name: str, *events: Any) -> tuple[str, list[Any]]:
        """A line for the report, and the answers."""
        said = self.functions.invoke(name, *events)
        line = (
            f"{name:<16}{len(said['answers']):>3} answers by Python {said['python']} on "
            f"{said['machine']}, {said['import_seconds']:.0f} s to import, {said['seconds']:.0f} s "
            "to answer"
        )
        return line, said["answers"]


def run(functions: Emulated, on: Services) -> Iterator[str]:
    """Go through the functions of the workflow and ask the API for the result; a line for each.

    Raises:
        StepError: when one does not answer, or leaves out what it is there for.
    """
    report = Report(functions)
    on.client("s3").put_object(Bucket=UPLOADS, Key=SOURCE, Body=_source())
    events = [{"source": SOURCE, "request": request} for request in REQUESTS.values()]
    line, started = report.invoke("StartCollage", *events)
    yield line
    ids = [answer["id"] for answer in started]
    given = [{"id": collage} for collage in ids]

    line, _ = report.invoke("ListStyles", given[0])
    yield line
    styles = on.data(f"collages/{ids[0]}/styles.json")
    expect(styles["origin"] == "model" and len(styles["styles"]) == 2, styles)

    line, _ = report.invoke("MakeMasks", *given)
    yield line
    mask = _size(on.get(f"collages/{ids[0]}/masks/left.png"))
    expect(mask == (SIDE, SIDE), mask)

    line, planned = report.invoke("PlanTiles", *given)
    yield line
    calls = [
        {"id": collage, "call": call}
        for collage, plan in zip(ids, planned, strict=True)
        for wave in plan["waves"]
        for call in on.data(wave["calls"])
    ]
    asked = {tile["engine"] for call in calls for tile in call["call"]["tiles"]}
    expect(asked == {name for name, engine in ENGINES.items() if not engine.pinned}, asked)

    line, _ = report.invoke("RenderTile", *calls)
    yield line
    line, _ = report.invoke("AssembleCollage", *given)
    yield line
    for collage in ids:
        _whole(on, collage)
    yield from _taken_away(report, on, ids)

    asked = json.loads((ROOT / "events" / "api.json").read_text())
    paths = (f"/collages/{ids[0]}", "/recipes", "/openapi.json")
    line, answers = report.invoke("Api", *(_get(asked, path) for path in paths))
    yield line
    for path, answer in zip(paths, answers, strict=True):
        expect(answer["statusCode"] == 200, (path, answer))


def _taken_away(report: Report, on: Services, ids: Sequence[str]) -> Iterator[str]:
    """Export one of the collages, and share another."""
    exported = ({"kind": "zip"}, {"kind": "poster", "paper": "A6", "title": "浮世絵"})
    events = [
        {"id": ids[1], "name": f"{number:012x}", "export": export, "tiles": [0, 1]}
        for number, export in enumerate(exported)
    ]
    line, files = report.invoke("ExportCollage", *events)
    yield line
    for event, answer in zip(events, files, strict=True):
        made = on.get(f"collages/{ids[1]}/exports/{event['name']}/{answer['file']}")
        expect(len(made) == answer["bytes"] and made[:2] in (b"PK", b"%P"), answer)

    share = shared(ids[0], ShareAsked(), by="", now=datetime.now(UTC), most=DAYS)
    record = f"collages/{share.collage}/shares/{share.id}"
    on.client("s3").put_object(
        Bucket=COLLAGES, Key=f"{record}/share.json", Body=share.model_dump_json()
    )
    line, (copied,) = report.invoke("ShareCollage", {"id": share.collage, "share": share.id})
    yield line
    address = on.data(f"{record}/copy.json")["address"]
    expect("Signature=" in address and copied["files"] > 0, (address, copied))
    yield _delete(report, on, ids[-1])


def _delete(report: Report, on: Services, collage: str) -> str:
    """Have a collage deleted; a line for the report."""
    # Nothing executes the runs here, so none has ended.
    states = on.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    running = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    for run in running:
        states.stop_execution(executionArn=run["executionArn"])
    asked = {"id": collage}
    line, (said, gone) = report.invoke(
        "DeleteCollage", {**asked, "dry_run": True}, {**asked, "seconds": 60}
    )
    expect(said["files"] > 0 and gone["done"], (said, gone))
    expect(on.listing(f"collages/{collage}/") == set(), collage)
    return line


def _whole(on: Services, collage: str) -> None:
    """A collage with its pyramid, its preview and its page, and no tile left out."""
    files = on.listing(f"collages/{collage}/")
    manifest = Manifest.model_validate_json(on.get(f"collages/{collage}/manifest.json"))
    expect({"collage.png", "preview.jpg", "index.html", "collage.dzi"} <= files, files)
    expect(any(name.startswith("collage_files/0/") for name in files), files)
    expect(manifest.missing == 0, manifest)
    drawn = _size(on.get(f"collages/{collage}/collage.png"))
    expect(drawn == manifest.geometry.size, (collage, drawn, manifest.geometry))


def fail(functions: Emulated, on: Services) -> Iterator[str]:
    """Write down a failure, of a run that is none of the others."""
    failed = json.loads((ROOT / "events" / "record_failure.json").read_text())
    line, (recorded,) = Report(functions).invoke("RecordFailure", failed)
    yield line
    expect(on.data(f"collages/{failed['id']}/failure.json")["error"] == recorded["error"], recorded)


def tell(functions: Emulated, on: Services) -> Iterator[str]:
    """Tell a topic how one ended, of which a queue hears."""
    sns, sqs = on.client("sns"), on.client("sqs")
    topic = sns.create_topic(Name="messages")["TopicArn"]
    queue = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    asked = json.loads((ROOT / "events" / "deliver_message_to_whom.json").read_text())
    sample = json.loads((ROOT / "events" / "deliver_message.json").read_text())
    line, (nobody, told) = Report(functions).invoke(
        "DeliverMessage", asked, {**sample, "to": f"topic:{topic}"}
    )
    yield line
    expect(nobody == {"addressees": []}, nobody)
    expect(told == {"addressees": [f"topic:{topic}"]}, told)
    (letter,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    expect("is made" in json.loads(letter["Body"])["Subject"], letter)


def _get(sample: dict[str, Any], path: str) -> dict[str, Any]:
    """API Gateway's event for a path."""
    event = json.loads(json.dumps(sample))
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    return dict(event)


def _source() -> bytes:
    with Image.open(ROOT / "examples" / "farmhouse.png") as picture:
        file = io.BytesIO()
        picture.convert("RGB").resize((SIDE, SIDE)).save(file, "PNG")
    return file.getvalue()


def _size(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        return opened.size


def expect(holds: bool, seen: Any) -> None:
    """Stop here with what was seen in place of what was expected."""
    if not holds:
        raise StepError(f"This is not what was expected: {seen}")
