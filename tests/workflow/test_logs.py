"""What is logged of a run, from its door to its end, as `collage logs` tells it."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from combinatoric_collage.cli.stacks.log_lines import FILE, MOST_BYTES, OLDER, Kept, of_laptop
from tests.fake_openai import FakeOpenAI
from tests.infrastructure.test_watching import (
    ALARMS,
    NAMESPACE,
    alarm_metrics,
    dashboard_metrics,
)
from tests.workflow.command import Command
from tests.workflow.running import photo

SMALL = [
    "--rows", "2", "--cols", "3", "--size", "64", "--cell", "32",
    "--styles", "Cubism,Baroque,Op Art",
]  # fmt: skip
STEPS = ["start_collage", "make_masks", "plan_tiles", "render_tile", "assemble_collage"]


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """One whose state holds two collages."""
    command = Command(tmp_path_factory.mktemp("laptop"))
    for number, name in enumerate(("one", "two")):
        (command.home / f"{name}.png").write_bytes(photo(number))
        made = command.answer("run", f"{name}.png", *SMALL, "--out", name, "--state", "state")
        (command.home / f"{name}.id").write_text(made["id"])
    return command


def id_of(laptop: Command, name: str) -> str:
    return (laptop.home / f"{name}.id").read_text()


def test_a_run_can_be_followed_through_every_function(laptop: Command) -> None:
    collage = id_of(laptop, "one")
    lines = laptop.answer("logs", collage, "--state", "state")["lines"]

    assert {line["collage_id"] for line in lines} == {collage}
    services = list(dict.fromkeys(line["service"] for line in lines))
    # What is started may speak before whoever starts it has said so.
    assert services.pop(services.index(STEPS[0])) == STEPS[0]
    assert services == STEPS[1:]
    for step in STEPS[1:]:
        said = [line["message"] for line in lines if line["service"] == step]
        assert said.count("begun") == said.count("done") > 0
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)


def test_every_tile_of_the_manifest_can_be_followed_by_its_key(laptop: Command) -> None:
    collage = id_of(laptop, "two")
    lines = laptop.answer("logs", collage, "--state", "state")["lines"]
    manifest = json.loads((laptop.home / "two" / "manifest.json").read_text())

    done = [one for one in lines if one["service"] == "render_tile" and one["message"] == "done"]
    assert sorted(key for line in done for key in line["tile_keys"]) == sorted(
        tile["key"] for tile in manifest["tiles"]
    )
    assert sum(line["made"] for line in done) == len(manifest["tiles"])


def test_lines_for_people_are_short_and_tell_no_prompts(laptop: Command) -> None:
    collage = id_of(laptop, "one")
    said = laptop("logs", collage, "--state", "state").stdout

    assert "render_tile done tile_keys=" in said
    assert "Cubism" not in said
    assert "function_arn" not in said


def test_a_step_that_fails_says_why_with_its_collage(laptop: Command) -> None:
    (laptop.home / "three.png").write_bytes(photo(3))
    with FakeOpenAI(key="sk-test-another", cheap=True) as fake:
        keyed = laptop.given(OPENAI_API_KEY="sk-test-wrong", OPENAI_BASE_URL=fake.base_url)
        paid = ["--engine", "openai", "--quality", "low", "--out", "three", "--state", "state"]
        ended = keyed("run", "three.png", *SMALL, *paid, "--tiles", "1", "--json")
    collage = json.loads(laptop("list", "--limit", "1", "--state", "state", "--json").stdout)
    lines = laptop.answer("logs", collage["collages"][0]["id"], "--state", "state")["lines"]

    assert ended.exit_code == 1
    failed = [line for line in lines if line.get("error") == "BadKey" and "reason" in line]
    assert {line["service"] for line in failed} >= {"render_tile", "record_failure"}
    assert all("refused the API key" in line["reason"] for line in failed)
    assert all(line["level"] in ("WARNING", "ERROR") for line in failed)
    assert "sk-test-wrong" not in json.dumps(lines)


def test_what_functions_count_is_under_the_names_that_dashboard_and_alarms_look_at(
    laptop: Command,
) -> None:
    counted = set()
    for kept in (laptop.home / "state" / FILE).read_text().splitlines():
        line = json.loads(kept)["text"]
        found = json.loads(line) if line.startswith("{") else {}
        for group in found.get("_aws", {}).get("CloudWatchMetrics", ()):
            # The laptop's stack has this name.
            assert group["Namespace"] == "collage"
            for metric in group["Metrics"]:
                for dimensions in group["Dimensions"]:
                    counted.add((metric["Name"], found["service"], frozenset(dimensions)))
    shown = {
        (metric, dimensions["service"], frozenset(dimensions))
        for namespace, metric, dimensions in [
            *dashboard_metrics(),
            *(found for alarm in ALARMS.values() for found in alarm_metrics(alarm)),
        ]
        if namespace == NAMESPACE
    }

    counted = {one for one in counted if one[1] in STEPS}
    shown = {one for one in shown if one[1] in STEPS}
    assert counted <= shown
    # Nobody waits for the start of what was initialized ahead.
    assert {one[0] for one in shown - counted} <= {"ColdStart"}


def test_of_what_nobody_has_heard_there_is_nothing(laptop: Command) -> None:
    unknown = laptop("logs", "0" * 20, "--state", "state")
    wrong = laptop("logs", "../../etc", "--state", "state")

    assert (unknown.exit_code, unknown.stdout) == (0, "")
    assert "Nothing is logged" in unknown.stderr
    assert wrong.exit_code == 2


def test_the_kept_log_is_bounded_and_survives_half_a_line(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    line = "render: " + json.dumps({"collage_id": "a" * 20, "filler": "x" * 10_000})
    for _ in range(3 * MOST_BYTES // 10_000):
        kept(line)
    kept.close()
    with (tmp_path / FILE).open("a") as file:
        file.write('{"at": 12, "source": "render", "te')

    sizes = [(tmp_path / name).stat().st_size for name in (FILE, OLDER)]
    assert max(sizes) <= MOST_BYTES + 100
    assert len(list(tmp_path.iterdir())) == 2
    found = list(of_laptop(tmp_path, "a" * 20))
    assert len(found) * 10_000 > MOST_BYTES
    assert found[0].parts["collage_id"] == "a" * 20
    assert list(of_laptop(tmp_path, "b" * 20)) == []


def test_what_ended_a_function_is_told_with_its_collage(tmp_path: Path) -> None:
    kept, ours, other = Kept(tmp_path), str(uuid4()), str(uuid4())
    for request, collage in ((ours, "a" * 20), (other, "b" * 20)):
        begun = {"message": "begun", "collage_id": collage, "function_request_id": request}
        kept(f"render: {json.dumps(begun)}")
    ends = [
        f"RequestId: {ours} Error: Runtime exited with error: signal: killed Runtime.ExitError",
        f"2026-01-02T03:04:05.678Z {ours} Task timed out after 120.00 seconds",
        f"REPORT RequestId: {ours} Duration: 9 ms Status: error Error Type: Runtime.OutOfMemory",
    ]
    for line in (
        *ends,
        f"REPORT RequestId: {ours} Duration: 900.1 ms",
        ends[0].replace(ours, other),
    ):
        kept(f"render: {line}")
    kept.close()

    told = [line.text for line in of_laptop(tmp_path, "a" * 20)]
    assert told[1:] == ends
    assert ours in told[0]


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    kept = Kept(tmp_path / "state")

    kept("render: a line")
    kept.close()

    assert (tmp_path / "state").read_text() == "a file where a folder should be"
