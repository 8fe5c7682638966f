"""What of a rehearsal can be looked at without one: in what its template and locks differ."""

import copy
import re
import zipfile

import boto3
import pytest
from moto import mock_aws

from combinatoric_collage.local.template import parse
from rehearsal import leftovers, locks, variant
from rehearsal.places import ROOT
from rehearsal.report import Report
from rehearsal.serve import ENDED, UnpackedOnce, as_lambda, mended
from rehearsal.subject import NotAsExpected, expect
from tests.infrastructure.shipped import definition


@pytest.fixture(scope="module")
def shipped():
    return variant.shipped()


@pytest.fixture(scope="module")
def made(shipped):
    return variant.derive(shipped)


def test_everything_that_is_left_out_or_changed_is_told_with_its_reason(made, shipped):
    told = "\n".join(map(str, made.changes))

    for name, resource in shipped["Resources"].items():
        kept = made.template["Resources"].get(name)
        if kept is None:
            assert f"{name} is left out: " in told
        elif kept["Properties"].get("Policies") != resource["Properties"].get("Policies"):
            assert f"{name} may DescribeMapRun on *: " in told
    assert set(made.template["Resources"]) <= set(shipped["Resources"])
    assert all(change.what and change.why for change in made.changes)


def test_nothing_else_of_a_resource_is_changed(made, shipped):
    places = {"CodeUri", "ContentUri", "DefinitionUri", "Policies"}
    machine = {"CompatibleRuntimes", "CompatibleArchitectures"}

    for name, kept in made.template["Resources"].items():
        before = shipped["Resources"][name]["Properties"]
        assert kept["Properties"].keys() == before.keys()
        for key, value in kept["Properties"].items():
            assert key in places | machine or value == before[key], f"{name} {key}"
    for section in ("Parameters", "Conditions", "Rules", "Outputs"):
        assert made.template[section] == shipped[section]


def test_policies_are_those_that_are_shipped_but_for_runs_of_a_map(made, shipped):
    for name, kept in made.template["Resources"].items():
        expected = copy.deepcopy(shipped["Resources"][name]["Properties"].get("Policies"))
        for policy in expected or []:
            for statement in policy.get("Statement", []):
                if statement["Action"] == "states:DescribeMapRun":
                    statement["Resource"] = "*"
        assert kept["Properties"].get("Policies") == expected, name


def test_the_workflow_is_the_shipped_one_with_a_fixed_number_of_calls_at_once(made, tmp_path):
    path = made.write(tmp_path)
    written = parse((tmp_path / "collage.asl.json").read_text(), path)
    expected = copy.deepcopy(definition())
    del expected["States"]["RenderTiles"]["MaxConcurrencyPath"]
    expected["States"]["RenderTiles"]["MaxConcurrency"] = variant.AT_ONCE

    assert written == expected
    assert parse(path.read_text(), path) == made.template


def test_a_layer_for_this_machine_has_the_packages_of_the_shipped_one(tmp_path):
    locks.write(tmp_path)
    everything = (ROOT / "requirements.txt").read_text()

    for shipped in ROOT.glob("layers/*/requirements.txt"):
        text = (tmp_path / shipped.parent.name / "requirements.txt").read_text()
        entries = list(locks.ENTRY.finditer(text))
        assert {entry[1] for entry in entries} == {
            entry[1] for entry in locks.ENTRY.finditer(shipped.read_text())
        }
        assert all(entry[0] in everything for entry in entries)
        assert all(re.search("--hash=sha256:[0-9a-f]{64}", entry[0]) for entry in entries)


def test_a_report_goes_on_after_a_fault_and_counts_it(capsys, tmp_path):
    report = Report("A page")

    report.look("one and one", lambda: "two")
    report.look("two and two", lambda: str(expect(2 + 2 == 5, "it is four")))
    report.look("broken", lambda: str(1 / 0))
    report.write(tmp_path / "page.txt")

    page = capsys.readouterr().out
    assert report.faults == 2
    assert re.search(r"ok .* one and one: two\n", page)
    assert re.search(r"FAILED .* two and two: it is four\n", page)
    assert "broken: ZeroDivisionError" in page
    assert (tmp_path / "page.txt").read_text() == page


def test_what_is_not_as_expected_says_what_was_seen():
    with pytest.raises(NotAsExpected, match="five"):
        expect([], "five")


def test_what_a_function_raises_keeps_its_name_as_lambda_tells_it():
    script = f"""
import json, traceback
try:
    raise KeyError("a")
except Exception as e:
    answer = {mended(ENDED)}
"""
    ran: dict = {}
    exec(script, ran)
    result = {"body": ran["answer"]["result"], "log": "before"}

    told = as_lambda(result)

    assert ran["answer"]["status"] == "ok"
    assert told["error"] is True
    assert told["body"] == {"errorType": "KeyError", "errorMessage": "'a'", "stackTrace": []}
    assert told["log"].startswith("before\nTraceback (most recent call last):")


@pytest.mark.parametrize("body", [None, [1, 2], {"id": "a"}, "text"])
def test_an_answer_that_is_no_exception_is_left_alone(body):
    assert as_lambda({"body": body, "log": "said"}) == {"body": body, "log": "said"}


def test_another_emulator_than_the_one_that_was_mended_is_refused():
    with pytest.raises(ValueError, match="another than the one that was mended"):
        mended("print('a worker')")


def test_an_archive_is_unpacked_once_and_seen_in_every_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(UnpackedOnce, "PLACE", tmp_path / "place")
    archives = {"one": "1", "same": "1", "other": "2"}
    for name, text in archives.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as file:
            file.writestr("python/module.py", f"number = {text}")
        (tmp_path / name).mkdir()
        with UnpackedOnce(tmp_path / f"{name}.zip") as file:
            file.extractall(tmp_path / name)
    (tmp_path / "one" / "python" / "module.pyc").touch()

    seen = {name: (tmp_path / name / "python" / "module.py").read_text() for name in archives}
    assert seen == {name: f"number = {text}" for name, text in archives.items()}
    assert (tmp_path / "same" / "python" / "module.pyc").exists()
    assert not (tmp_path / "other" / "python" / "module.pyc").exists()


def test_what_is_left_of_a_stack_is_named_and_that_of_others_is_not(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        assert list(leftovers.of("tried")) == []
        boto3.client("s3").create_bucket(Bucket="tried-uploads-1")
        boto3.client("s3").create_bucket(Bucket="another-uploads-1")
        boto3.client("logs").create_log_group(logGroupName="/aws/lambda/tried-Api")
        boto3.client("sqs").create_queue(QueueName="tried-letters")

        left = list(leftovers.of("tried"))

    assert [one.partition(": ")[0] for one in left] == ["s3", "sqs", "logs"]
    assert left[0] == "s3: tried-uploads-1"
