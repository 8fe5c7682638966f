"""Each function's own code, with its sample events and the environment that the template gives."""

import copy
import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, permutations
from pathlib import Path
from typing import Any

import boto3
import pytest

from collage.errors import InvalidRequest, NotAPicture, NotInStore
from collage.manifest import Failure
from collage.request.parse import parse
from collage.services import tools
from collage.settings import settings
from collage.steps.assemble_collage import assemble_collage
from collage.steps.make_masks import make_masks
from collage.steps.plan_tiles import plan_tiles
from collage.steps.render_tile import render_tile
from collage.steps.start_collage import start
from collage.store.store import connect
from collage.tile import Call
from tests.infrastructure.shipped import DEFINITION, ROOT, folder, functions, template
from tests.unit.conftest import COLLAGES, UPLOADS, Stack
from tests.unit.pictures import decode, encode, quarters

EVENTS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "events").glob("*.json")}
SOURCE = encode(quarters((90, 60)))
GIVEN = {
    "MaxConcurrency": "7",
    "MinSharePercent": "70",
    "MaxSourceMegabytes": "3",
    "MaxSourceMegapixels": "4",
}
"""Parameters of the stack that are not as they are by default."""
numbers = count()


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8a1b2c3d-0000-4000-8000-000000000000"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"


@dataclass
class Deployed:
    """The stack as a function finds it."""

    stack: Stack
    references: Mapping[str, str]
    environ: Any

    def invoke(self, name: str, event: Any) -> Any:
        """Give an event to a function in a new process; its answer, through JSON as in Lambda."""
        forget()
        (logical,) = (known for known in functions() if folder(known).name == name)
        spec = importlib.util.spec_from_file_location(
            f"{name}_{next(numbers)}", folder(logical) / "app.py"
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with self.environ.context() as environment:
            for variable, value in self.environment(logical).items():
                environment.setenv(variable, value)
            with alone(folder(logical)):
                spec.loader.exec_module(module)
                return json.loads(json.dumps(module.handler(event, Context(logical))))

    def executions(self) -> list[dict[str, Any]]:
        """The runs that were started."""
        client = boto3.client("stepfunctions")
        arn = self.references["CollageStateMachine"]
        return [
            client.describe_execution(executionArn=found["executionArn"])
            for found in client.list_executions(stateMachineArn=arn)["executions"]
        ]

    def environment(self, logical: str) -> dict[str, str]:
        """The variables of a function, as the template gives them."""
        own = template()["Resources"][logical]["Properties"].get("Environment", {})
        shared = template()["Globals"]["Function"]["Environment"]["Variables"]
        return {
            name: self._resolved(value)
            for name, value in {**shared, **own.get("Variables", {})}.items()
        }

    def _resolved(self, value: Any) -> str:
        if isinstance(value, dict):
            ((intrinsic, text),) = value.items()
            if intrinsic == "Ref":
                return self.references[text]
            if intrinsic == "Fn::If":
                # As the parameters' defaults have it: a stack without a GPU.
                condition, _, otherwise = text
                assert condition == "HasGpu"
                return self._resolved(otherwise)
            assert intrinsic == "Fn::Sub"
            return re.sub(r"\$\{(\w+)\}", lambda found: self.references[found[1]], text)
        return str(value)


# As the template's PYTHONWARNINGS has it.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@contextmanager
def alone(code: Path) -> Iterator[None]:
    """With the modules beside an app.py at hand, and gone afterwards, as in a new process."""
    sys.path.insert(0, str(code))
    try:
        yield
    finally:
        sys.path.remove(str(code))
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(code):
                del sys.modules[name]


def forget() -> None:
    """As a new process begins."""
    for once in (settings, connect, tools):
        once.cache_clear()


@pytest.fixture
def deployed(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Buckets, a state machine, and an empty process."""
    machine = boto3.client("stepfunctions").create_state_machine(
        name="collage",
        definition=DEFINITION.read_text(),
        roleArn="arn:aws:iam::123456789012:role/r",
    )
    forget()
    defaults = {name: str(p["Default"]) for name, p in template()["Parameters"].items()}
    yield Deployed(
        stack,
        {
            **defaults,
            **GIVEN,
            "UploadsBucket": UPLOADS,
            "CollagesBucket": COLLAGES,
            "LimitsTable": "limits",
            "AWS::StackName": "collage",
            "CollageStateMachine": machine["stateMachineArn"],
            "AssembleCollageFunction": "assemble",
        },
        monkeypatch,
    )
    forget()


@pytest.fixture
def accepted(deployed: Deployed) -> str:
    """The request of the sample events, as the door leaves it; its id."""
    asked, made = EVENTS["start_collage_request"], EVENTS["list_styles"]["id"]
    deployed.stack.put(asked["source"], SOURCE)
    found = start(
        deployed.stack.store,
        deployed.stack.tools,
        deployed.stack.runs,
        asked["source"],
        asked["request"],
    )
    # The samples' id is of another picture: only the id is put in its place.
    known = deployed.stack.store.accepted(found["id"])
    deployed.stack.store.put_accepted(known.model_copy(update={"id": made}))
    deployed.stack.store.put_styles(made, deployed.stack.store.styles(found["id"]))
    return str(made)


def uploaded(key: str) -> dict[str, Any]:
    """The event of an upload."""
    event: dict[str, Any] = copy.deepcopy(EVENTS["start_collage_upload"])
    event["detail"]["object"]["key"] = key
    return event


def prepared(stack: Stack, collage_id: str) -> None:
    make_masks(stack.store, stack.tools, collage_id)


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

    assert (tools().settings.uploads_bucket, tools().settings.collages_bucket) == (
        UPLOADS,
        COLLAGES,
    )


def test_start_collage_starts_the_workflow_for_an_upload(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    answer = deployed.invoke("start_collage", event)

    (execution,) = deployed.executions()
    assert answer["new"]
    assert execution["name"] == answer["id"]
    assert json.loads(execution["input"])["id"] == answer["id"]
    assert deployed.stack.store.accepted(answer["id"]).request == parse({})


def test_start_collage_starts_one_run_for_an_event_that_comes_twice(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    first, second = (deployed.invoke("start_collage", event) for _ in range(2))

    assert first["id"] == second["id"]
    assert len(deployed.executions()) == 1


def test_start_collage_says_that_a_run_under_way_is_not_new(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)

    first, second = (deployed.invoke("start_collage", event) for _ in range(2))

    assert (first["new"], second["new"]) == (True, False)


def test_start_collage_says_that_a_run_that_ended_is_not_new(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)
    deployed.invoke("start_collage", event)
    (execution,) = deployed.executions()
    boto3.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])

    assert not deployed.invoke("start_collage", event)["new"]
    assert len(deployed.executions()) == 1


def test_an_upload_after_its_run_failed_is_tried_again_once(deployed):
    event = EVENTS["start_collage_upload"]
    deployed.stack.put(event["detail"]["object"]["key"], SOURCE)
    first = deployed.invoke("start_collage", event)
    (execution,) = deployed.executions()
    boto3.client("stepfunctions").stop_execution(executionArn=execution["executionArn"])

    later = {**event, "time": "2126-01-15T09:30:00Z"}
    again, twice = (deployed.invoke("start_collage", later) for _ in range(2))

    assert (again["id"], again["run"]) == (first["id"], f"{first['id']}-2")
    assert (again["new"], twice["new"]) == (True, False)
    assert len(deployed.executions()) == 2


@pytest.mark.parametrize("order", list(permutations(["picture", "options", "picture"])))
@pytest.mark.parametrize("marked", [True, False])
def test_events_of_a_picture_and_its_options_make_one_collage_in_any_order(deployed, order, marked):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    events = {"picture": uploaded(key), "options": uploaded(f"{key}.json")}
    said = {"collage-options": "sidecar"} if marked else {}
    s3 = deployed.stack.store.s3
    s3.put_object(Bucket=UPLOADS, Key=f"{key}.json", Body=b'{"rows": 2, "cols": 3}')
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata=said)

    answers = [deployed.invoke("start_collage", events[name]) for name in order]

    assert len({answer["id"] for answer in answers}) == len(deployed.executions()) == 1
    assert deployed.stack.store.accepted(answers[0]["id"]).request == parse({"rows": 2, "cols": 3})


def test_a_marked_picture_starts_nothing_until_its_options_are_there(deployed):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    s3 = deployed.stack.store.s3
    said = {"collage-options": "sidecar"}
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata=said)

    assert deployed.invoke("start_collage", uploaded(key)) == {"waiting": key}
    assert not deployed.executions()
    s3.put_object(Bucket=UPLOADS, Key=f"{key}.json", Body=b"{}")
    assert deployed.invoke("start_collage", uploaded(f"{key}.json"))["new"]


def test_a_wrong_option_of_an_upload_is_told_beside_it(deployed):
    key = EVENTS["start_collage_upload"]["detail"]["object"]["key"]
    s3 = deployed.stack.store.s3
    s3.put_object(Bucket=UPLOADS, Key=key, Body=SOURCE, Metadata={"collage-rows": "0"})

    answer = deployed.invoke("start_collage", uploaded(key))

    beside = json.load(s3.get_object(Bucket=UPLOADS, Key=f"{key}.failure.json")["Body"])
    assert beside == {"schema": 1, **answer}
    assert beside["message"].startswith("rows: ")
    assert deployed.invoke("start_collage", uploaded(f"{key}.failure.json")).keys() == {"waiting"}
    assert not deployed.executions()


@pytest.mark.parametrize(("data", "error"), [(b"hello", "NotAPicture"), (None, "NotInStore")])
def test_start_collage_writes_down_why_an_upload_is_refused(deployed, data, error):
    event = EVENTS["start_collage_upload"]
    if data is not None:
        deployed.stack.put(event["detail"]["object"]["key"], data)

    answer = deployed.invoke("start_collage", event)

    assert answer["error"] == error
    assert deployed.stack.store.failure(answer["id"]).source == event["detail"]["object"]["key"]
    assert not deployed.executions()


def test_start_collage_takes_options_from_a_door(deployed):
    event = EVENTS["start_collage_request"]
    deployed.stack.put(event["source"], SOURCE)

    answer = deployed.invoke("start_collage", event)

    (execution,) = deployed.executions()
    assert deployed.stack.store.accepted(answer["id"]).request == parse(event["request"])
    given = json.loads(execution["input"])
    assert given["id"] == answer["id"]
    assert given["needs_styles"] == ("styles" not in event["request"])


@pytest.mark.parametrize(
    ("data", "options", "error"),
    [
        (SOURCE, {"rows": 0}, InvalidRequest),
        (SOURCE, {"row": 5}, InvalidRequest),
        (b"hello", {}, NotAPicture),
        (None, {}, NotInStore),
    ],
)
def test_start_collage_tells_a_door_what_is_wrong(deployed, data, options, error):
    if data is not None:
        deployed.stack.put("uploads/a.png", data)

    with pytest.raises(error):
        deployed.invoke("start_collage", {"source": "uploads/a.png", "request": options})
    assert not deployed.executions()


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
        render_tile(deployed.stack.store, deployed.stack.tools, accepted, made.call(index))

    answer = deployed.invoke("assemble_collage", EVENTS["assemble_collage"])

    assert answer == {
        "id": accepted,
        "state": "done",
        "bucket": COLLAGES,
        "collage": f"collages/{accepted}/collage.png",
        "manifest": f"collages/{accepted}/manifest.json",
        "tiles": len(made.tiles),
        "missing": 0,
        "refused": 0,
        "stopped": "",
    }
    assert deployed.stack.listing() >= {answer["collage"], answer["manifest"]}


def test_record_failure_writes_down_a_run(deployed):
    event = EVENTS["record_failure"]

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(event["id"])
    assert answer == {"error": failure.error, "message": failure.message}
    assert failure.error == event["error"]["Error"]
    assert failure.message == json.loads(event["error"]["Cause"])["errorMessage"]


def test_record_failure_writes_down_a_call(deployed):
    event = EVENTS["record_failure_call"]

    deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failures(event["id"])[event["call"]]
    assert failure.error == "FunctionTimedOut"
    assert "ran out of its time" in failure.message
    with pytest.raises(NotInStore):
        deployed.stack.store.failure(event["id"])


def test_record_failure_writes_down_a_run_that_was_ended_from_outside(deployed):
    event = EVENTS["record_failure_status"]
    collage = event["detail"]["name"].removesuffix("-2")

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(collage)
    assert answer == {"error": failure.error, "message": failure.message}
    assert (failure.error, failure.message) == ("Cancelled", "The collage was cancelled.")


@pytest.mark.parametrize(
    ("status", "error"), [("ABORTED", "Aborted"), ("TIMED_OUT", "States.Timeout")]
)
def test_record_failure_has_a_reason_where_none_was_given(deployed, status, error):
    event = EVENTS["record_failure_status"]
    detail = {**event["detail"], "status": status, "error": None, "cause": None}

    answer = deployed.invoke("record_failure", {**event, "detail": detail})

    assert answer["error"] == error
    assert answer["message"].startswith("The run ")


def failed_event(**detail):
    """Step Functions' own event of a failed run of the sample's collage."""
    event = EVENTS["record_failure_status"]
    return {**event, "detail": {**event["detail"], "status": "FAILED", **detail}}


def test_a_run_that_could_not_say_why_it_failed_is_told_of_by_the_workflow(deployed):
    event = failed_event(error="States.DataLimitExceeded", cause="The output is too large.")
    collage = json.loads(event["detail"]["input"])["id"]
    earlier = Failure(id=collage, error="TooFewTiles", message="m", created="2026-01-15T09:31:37Z")
    deployed.stack.store.put_failure(earlier)

    answer = deployed.invoke("record_failure", event)

    failure = deployed.stack.store.failure(collage)
    assert (failure.error, failure.message) == ("States.DataLimitExceeded", answer["message"])
    assert failure.message == "The output is too large."


def test_what_a_failed_run_wrote_down_itself_stays_and_is_counted_once(deployed, capsys):
    event = failed_event(error="Later", cause="Another reason.")
    collage = json.loads(event["detail"]["input"])["id"]
    its_own = Failure(
        id=collage, error="BudgetExhausted", message="m", created="2026-01-15T09:31:38+00:00"
    )
    deployed.stack.store.put_failure(its_own)

    answer = deployed.invoke("record_failure", event)

    assert answer == {"error": "BudgetExhausted", "message": "m"}
    assert deployed.stack.store.failure(collage) == its_own
    assert not {name for _, name in metrics(capsys.readouterr().out)} - {"ColdStart"}


def test_a_layout_that_fails_is_written_down_where_it_was_to_lie(deployed, accepted):
    stack = deployed.stack
    prepared(stack, accepted)
    plan_tiles(stack.store, stack.tools, accepted)
    made = stack.store.plan(accepted)
    for number in range(len(made.calls)):
        render_tile(stack.store, stack.tools, accepted, made.call(number))
    assemble_collage(stack.store, stack.tools, accepted)
    stack.store.s3.delete_object(Bucket=COLLAGES, Key=f"collages/{accepted}/plan.json")

    with pytest.raises(NotInStore):
        deployed.invoke("assemble_collage", {"id": accepted, "layout": {"rows": 1, "cols": 2}})

    (key,) = stack.listing(f"collages/{accepted}/layouts/")
    assert key.endswith("/failure.json")
    assert json.loads(stack.get(key))["error"] == "NotInStore"
    with pytest.raises(NotInStore):
        stack.store.failure(accepted)


def test_a_layout_of_no_collage_leaves_nothing(deployed):
    with pytest.raises(NotInStore):
        deployed.invoke("assemble_collage", {"id": "0" * 20, "layout": {"rows": 1, "cols": 2}})

    assert not deployed.stack.listing()


def metrics(text):
    """The metrics among the lines that functions printed, by name; the namespace is checked."""
    found = {}
    for line in text.splitlines():
        if line.startswith('{"_aws"'):
            record = json.loads(line)
            (group,) = record["_aws"]["CloudWatchMetrics"]
            assert group["Namespace"] == "collage"
            for metric in group["Metrics"]:
                found[record["service"], metric["Name"]] = sum(record[metric["Name"]])
    return found


def test_tiles_are_counted_as_rendered_once_and_then_as_reused(deployed, accepted, capsys):
    prepared(deployed.stack, accepted)
    plan_tiles(deployed.stack.store, deployed.stack.tools, accepted)
    call = deployed.stack.store.plan(accepted).call(0).model_dump(mode="json")

    first = deployed.invoke("render_tile", {"id": accepted, "call": call})
    made = metrics(capsys.readouterr().out)
    deployed.invoke("render_tile", {"id": accepted, "call": call})
    again = metrics(capsys.readouterr().out)

    assert first is None
    assert made["render_tile", "TilesRendered"] == len(call["tiles"])
    assert made["render_tile", "UsdSpent"] == 0
    assert again["render_tile", "TilesRendered"] == 0
    assert again["render_tile", "TilesReused"] == len(call["tiles"])


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        ("Refused", {"CallsRefused"}),
        ("Sandbox.Timedout", {"CallsFailed"}),
        ("BudgetExhausted", {"CallsFailed", "BudgetExhausted"}),
    ],
)
def test_a_failed_call_is_counted_by_its_kind(deployed, capsys, error, counted):
    event = {**EVENTS["record_failure_call"], "error": {"Error": error, "Cause": ""}}

    deployed.invoke("record_failure", event)

    # A process counts its cold start once, and this one is that of all tests.
    assert {name for _, name in metrics(capsys.readouterr().out)} - {"ColdStart"} == counted


def test_a_function_makes_no_client_before_it_is_asked():
    # With no environment at all: an import that reads settings or makes clients would fail.
    for path in sorted(ROOT.glob("functions/*/app.py")):
        spec = importlib.util.spec_from_file_location(f"bare_{path.parent.name}", path)
        module = importlib.util.module_from_spec(spec)
        with alone(path.parent):
            spec.loader.exec_module(module)
        assert callable(module.handler)
