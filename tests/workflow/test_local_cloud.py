"""What runs in the laptop cloud: the functions, rules and state machine of a small pack."""

import getpass
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from combinatoric_collage.local import Cloud
from combinatoric_collage.local.errors import BusyError
from tests.workflow.pack_in_use import PACK, call, execute, received
from tests.workflow.running import eventually


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="module")
def cloud(lines: list[str]) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")
        patch.setenv("AWS_SESSION_TOKEN", "the-developer's")
        patch.setenv("DEVELOPERS_SECRET", "not for functions")
        with Cloud(PACK, stack="pack", workers=2, log=lines.append) as cloud:
            yield cloud


def test_outputs_are_those_of_the_stack_less_what_cannot_be_made(cloud: Cloud) -> None:
    assert set(cloud.outputs) == {
        *("Inbox", "Outbox", "Number", "Item", "Misbehave", "Hurried"),
        *("Machine", "Api", "Endpoint", "Web"),
    }
    assert cloud.outputs["Inbox"].startswith("pack-inbox-")
    assert cloud.unsupported == ["AWS::XRay::Group"]


def test_the_stack_is_described_as_cloudformation_does(cloud: Cloud) -> None:
    (found,) = cloud.client("cloudformation").describe_stacks(StackName="pack")["Stacks"]

    for kind, name, value in (
        ("Outputs", "OutputKey", "OutputValue"),
        ("Parameters", "ParameterKey", "ParameterValue"),
    ):
        described = {one[name]: one[value] for one in cloud.described[kind]}
        assert described == {one[name]: one[value] for one in found.get(kind, [])}


def test_the_state_machine_stands_under_the_arn_of_the_outputs(cloud: Cloud) -> None:
    found = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    assert [machine["stateMachineArn"] for machine in found] == [cloud.outputs["Machine"]]


def test_an_upload_reaches_the_function_of_its_rule(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.put_object(Bucket=cloud.outputs["Inbox"], Key="elsewhere/cat.png", Body=b"no rule")
    s3.put_object(Bucket=cloud.outputs["Inbox"], Key="in/a cat.png", Body=b"meow")

    event = received(cloud, "in/a cat.png")

    assert event["version"] == "0"
    assert event["detail-type"] == "Object Created"
    assert event["region"] == cloud.region
    assert event["resources"] == [f"arn:aws:s3:::{cloud.outputs['Inbox']}"]
    assert time.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ")
    detail = event["detail"]
    assert detail["bucket"] == {"name": cloud.outputs["Inbox"]}
    assert detail["object"]["key"] == "in/a cat.png"
    assert detail["object"]["size"] == 4
    assert set(detail["object"]) == {"key", "size", "etag", "sequencer"}
    assert detail["reason"] == "PutObject"
    made = s3.list_objects_v2(Bucket=cloud.outputs["Outbox"], Prefix="events/elsewhere")
    assert made["KeyCount"] == 0


def test_a_map_retries_by_exact_name_catches_and_tells(cloud: Cloud) -> None:
    items = [
        {"do": "work"},
        {"do": "work on the second try", "name": "second"},
        {"do": "refuse"},
        *({"do": "work"} for _ in range(20)),
    ]
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["Inbox"], Key="items.json", Body=json.dumps(items)
    )

    execution = execute(cloud, do="items")

    assert execution["status"] == "SUCCEEDED", execution
    results = json.loads(execution["output"])["results"]
    assert results == ["done", "done", "refused", *["done"] * 20]
    event = received(cloud, "pack")
    assert event["detail"] == {"results": results}
    assert "ingestion-time" not in event


def test_a_map_is_not_bound_by_the_depth_of_the_stack(cloud: Cloud) -> None:
    assert execute(cloud, do="many", count=1000)["status"] == "SUCCEEDED"


def test_the_state_machine_has_no_rights_but_its_role(cloud: Cloud) -> None:
    execution = execute(cloud, do="not allowed")

    assert execution["status"] == "FAILED"
    assert execution["error"] == "Lambda.AccessDeniedException"
    assert "lambda:InvokeFunction" in execution["cause"]


@pytest.mark.parametrize(
    ("name", "do", "kind", "message"),
    [
        ("Hurried", "sleep", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ("Misbehave", "leave", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("Misbehave", "eat", "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        # Given back before its answer.
        ("Misbehave", "gulp", "Runtime.ExitError", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_function_that_does_not_answer(
    cloud: Cloud, lines: list[str], name: str, do: str, kind: str, message: str
) -> None:
    answer, payload = call(cloud, name, {"do": do})

    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == kind
    assert payload["errorMessage"].startswith("RequestId: ")
    assert payload["errorMessage"].endswith(f" Error: {message}")
    # The log has it too: the function itself could say nothing.
    assert any(line.endswith(f": {payload['errorMessage']} {kind}") for line in lines)


def test_an_exception_is_reported_as_lambda_does(cloud: Cloud) -> None:
    answer, payload = call(cloud, "Misbehave", {"do": "fail"})

    assert answer["FunctionError"] == "Unhandled"
    assert (payload["errorType"], payload["errorMessage"]) == ("KeyError", "'lost'")
    assert 'raise KeyError("lost")' in "".join(payload["stackTrace"])


def test_a_function_has_no_rights_but_its_role(cloud: Cloud) -> None:
    cloud.client("s3").put_object(Bucket=cloud.outputs["Outbox"], Key="private/letter")

    for key in ("private/letter", "events/that never was"):
        _, payload = call(cloud, "Misbehave", {"do": "read", "key": key})
        # Without s3:ListBucket also what is missing is denied.
        assert "(AccessDenied)" in payload["errorMessage"]


def test_a_function_sees_its_own_environment_and_no_other(cloud: Cloud) -> None:
    _, seen = call(cloud, "Misbehave", {"do": "look"})

    environment = seen["environment"]
    assert environment["OUTBOX"] == cloud.outputs["Outbox"]
    assert environment["LOUD"] == "true"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["_HANDLER"] == "app.handler"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_ACCESS_KEY_ID"] != cloud.environment["AWS_ACCESS_KEY_ID"]
    assert environment["AWS_SESSION_TOKEN"] != "the-developer's"
    assert not {"DEVELOPERS_SECRET", "AWS_PROFILE"} & set(environment)
    assert seen["folder"] == environment["LAMBDA_TASK_ROOT"]
    assert seen["arn"].endswith(cloud.outputs["Misbehave"])
    assert 0 < seen["remaining"] <= 600_000
    assert ":assumed-role/pack-MisbehaveRole-" in seen["identity"]


def test_a_function_takes_and_gives_no_more_than_lambda_lets_it(cloud: Cloud) -> None:
    _, much = call(cloud, "Misbehave", {"do": "give", "bytes": 5_900_000})
    answer, more = call(cloud, "Misbehave", {"do": "give", "bytes": 6_300_000})

    assert len(much) == 5_900_000
    assert answer["FunctionError"] == "Unhandled"
    assert more["errorType"] == "Function.ResponseSizeTooLarge"
    for size, kind in ((6_300_000, "RequestResponse"), (1_100_000, "Event")):
        with pytest.raises(ClientError, match="RequestTooLargeException"):
            call(cloud, "Misbehave", {"do": "look", "x": "x" * size}, InvocationType=kind)


def test_what_states_hand_on_is_small(cloud: Cloud) -> None:
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["Inbox"], Key="items.json", Body=json.dumps([{"do": "much"}])
    )
    execution = execute(cloud, do="items")
    # States.DataLimitExceeded ends the item, and a Map here goes on without it.
    assert json.loads(execution["output"])["results"] == [None]


def test_processes_are_kept_until_they_fail(cloud: Cloud) -> None:
    def pid() -> int:
        return int(call(cloud, "Misbehave", {"do": "look"})[1]["pid"])

    first = pid()
    assert pid() == first
    call(cloud, "Misbehave", {"do": "leave"})
    assert pid() != first


@pytest.mark.parametrize(("do", "times"), [("work on the second try", 2), ("refuse", 3)])
def test_an_asynchronous_invocation_is_taken_and_tried_again_later(
    cloud: Cloud, lines: list[str], do: str, times: int
) -> None:
    line = f"{cloud.outputs['Item']}: asked to {do}"
    before = lines.count(line)

    answer, payload = call(cloud, "Item", {"do": do, "name": "later"}, InvocationType="Event")

    assert (answer["StatusCode"], payload) == (202, None)
    assert "FunctionError" not in answer
    eventually(lambda: lines.count(line) == before + times)


def test_what_functions_print_goes_to_the_log_alone(
    cloud: Cloud, lines: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    line = f"{cloud.outputs['Item']}: asked to work"
    before = lines.count(line)

    call(cloud, "Item", {"do": "work"})

    eventually(lambda: lines.count(line) > before)
    assert capfd.readouterr() == ("", "")


def test_keys_nobody_was_given_are_refused(cloud: Cloud) -> None:
    stranger = boto3.Session(
        aws_access_key_id="AKIASTRANGER", aws_secret_access_key="s", region_name=cloud.region
    )
    for service, ask in (
        ("s3", lambda c: c.list_buckets()),
        ("lambda", lambda c: c.invoke(FunctionName=cloud.outputs["Item"])),
        ("stepfunctions", lambda c: c.list_state_machines()),
    ):
        with pytest.raises(ClientError, match=r"InvalidAccessKeyId|InvalidClientTokenId"):
            ask(stranger.client(service, endpoint_url=cloud.endpoint))


def test_any_client_with_the_environment_is_the_administrator(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)

    known = boto3.Session().client("sts").get_caller_identity()["Arn"]
    assert known.endswith(f":user/{getpass.getuser()}")


def test_a_presigned_url_opens_one_object_and_no_signature_opens_none(cloud: Cloud) -> None:
    place = {"Bucket": cloud.outputs["Outbox"], "Key": "private/letter"}
    s3 = cloud.client("s3")
    s3.put_object(Body=b"dear", **place)
    url = s3.generate_presigned_url("get_object", Params=place)

    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"dear"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.partition("?")[0])


def test_one_cloud_at_a_time(cloud: Cloud) -> None:
    with pytest.raises(BusyError):
        Cloud(PACK).start()
    assert call(cloud, "Item", {"do": "work"})[1] == "done"
