"""How a laptop cloud starts and ends, and what is left of it: nothing."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from combinatoric_collage.local import Cloud, Container
from combinatoric_collage.local.http.server import Server
from combinatoric_collage.local.processes.invocation import Result
from combinatoric_collage.local.processes.tasks import GUARD
from tests.function_processes import of_function
from tests.workflow.left_over import left_behind, left_over
from tests.workflow.pack_in_use import FUNCTION, PACK, execute, runtime_api
from tests.workflow.running import eventually, photo

HEAVY = Container([sys.executable, str(PACK.parent / "tasks" / "heavy.py")], cwd=PACK.parent)

ROOT = Path(__file__).parents[2]

# Starts a function that works for long, says which process that is, and waits.
HOST = """
import json, sys, threading, time
from pathlib import Path
from combinatoric_collage.local import Cloud

try:
    with Cloud(Path(sys.argv[1]), stack="pack") as cloud:
        look = cloud.client("lambda").invoke(
            FunctionName=cloud.outputs["Misbehave"], Payload=json.dumps({"do": "look"})
        )
        print(json.loads(look["Payload"].read())["pid"], cloud.endpoint, flush=True)
        cloud.client("stepfunctions").start_execution(
            stateMachineArn=cloud.outputs["Machine"], input=json.dumps({"do": "wait"})
        )
        time.sleep(1000)
except KeyboardInterrupt:
    print("interrupted", threading.active_count(), flush=True)
"""


def test_nothing_is_left_and_a_second_cloud_starts_anew(before: tuple[Any, ...]) -> None:
    with Cloud(PACK, stack="pack") as first:
        first.client("lambda").invoke(
            FunctionName=first.outputs["Item"], Payload=json.dumps({"do": "work"})
        )
        assert left_behind() != before
    assert not any(left_over(before))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(first.endpoint.rpartition(":")[2])))

    for cloud in (Cloud(PACK, {"Prefix": "elsewhere/"}, stack="pack"), first):
        with cloud:
            buckets = cloud.client("s3").list_buckets()["Buckets"]
            ours = {cloud.outputs["Inbox"], cloud.outputs["Outbox"]}
            assert {bucket["Name"] for bucket in buckets} == ours
            assert cloud.unsupported == ["AWS::XRay::Group"]
        assert not any(left_over(before))


def test_a_function_may_wait_for_another_with_one_place_for_both() -> None:
    with Cloud(PACK, stack="pack", workers=1) as cloud:
        answer = cloud.client("lambda").invoke(
            FunctionName=cloud.outputs["Item"],
            Payload=json.dumps({"do": "ask", "whom": cloud.outputs["Misbehave"]}),
        )
        assert json.load(answer["Payload"])["folder"].endswith("misbehave")


@pytest.mark.parametrize("do", ["wait", "retry"])
def test_an_execution_under_way_ends_with_the_cloud(before: tuple[Any, ...], do: str) -> None:
    with Cloud(PACK, stack="pack") as cloud:
        machines = cloud.client("stepfunctions")
        arn = machines.start_execution(
            stateMachineArn=cloud.outputs["Machine"], input=json.dumps({"do": do})
        )["executionArn"]
        waiting = {"wait": "WaitStateEntered", "retry": "TaskFailed"}[do]
        eventually(
            lambda: any(
                event["type"] == waiting
                for event in machines.get_execution_history(executionArn=arn)["events"]
            )
        )
    assert not any(left_over(before))


def test_a_function_under_way_ends_with_the_cloud(before: tuple[Any, ...]) -> None:
    with Cloud(PACK, stack="pack", log=lambda _line: None) as cloud:
        for _ in range(3):
            cloud.client("lambda").invoke(
                FunctionName=cloud.outputs["Misbehave"],
                Payload=json.dumps({"do": "sleep"}),
                InvocationType="Event",
            )
        eventually(lambda: of_function("Misbehave"))
    assert not any(left_over(before))


def test_who_holds_on_to_the_runtime_api_keeps_no_cloud_up(before: tuple[Any, ...]) -> None:
    with Cloud(PACK, stack="pack") as cloud:
        place, _, secret = runtime_api(cloud).partition("/")
        held = [socket.create_connection(tuple(place.split(":"))) for _ in range(5)]
        for connection in held[:4]:
            path = f"/{secret}/2018-06-01/runtime/invocation/next"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    for connection in held:
        connection.close()
    assert not any(left_over(before))


def test_the_runtime_api_is_for_who_knows_its_secret() -> None:
    with Cloud(PACK, stack="pack") as cloud:
        place, _, secret = runtime_api(cloud).partition("/")
        for path, headers in (
            ("", {}),
            (f"/{secret[:-1]}", {}),
            (f"/{secret}", {"Host": "stranger.example"}),
            (f"/{secret}", {"Origin": "http://stranger.example"}),
        ):
            for method, call in (("GET", "invocation/next"), ("POST", "init/error")):
                connection = http.client.HTTPConnection(place, timeout=600)
                url = f"{path}/2018-06-01/runtime/{call}"
                connection.request(method, url, b"{}" if method == "POST" else None, headers)
                assert connection.getresponse().status == 404
                connection.close()

        assert runtime_api(cloud) == f"{place}/{secret}"


def test_an_import_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("import not_there\n")
    (tmp_path / "template.yaml").write_text(FUNCTION + "Outputs: { Work: { Value: !Ref Work } }\n")
    with Cloud(tmp_path / "template.yaml") as cloud:
        answer = cloud.client("lambda").invoke(FunctionName=cloud.outputs["Work"])
    told = json.load(answer["Payload"])
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'not_there'" in told["errorMessage"]


def test_what_others_keep_in_the_temporary_folder_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = 999_999_999
    for name in ("laptop-cloud-x-y", f"laptop-cloud-{gone}", f"laptop-cloud-{10**30}-aaaaaaaa"):
        (tmp_path / name).mkdir()
    (tmp_path / f"laptop-cloud-{gone}-aaaaaaaa").write_text("a file of somebody's")
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"laptop-cloud-{gone}-bbbbbbbb").symlink_to(tmp_path / "theirs")
    kept = set(tmp_path.iterdir())
    (tmp_path / f"laptop-cloud-{gone}-cccccccc").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with Cloud(PACK, stack="pack"):
        pass

    assert set(tmp_path.iterdir()) == kept


def test_a_command_that_is_not_there_ends_as_in_a_container() -> None:
    missing = Container(["/no/such/command"], cwd=PACK.parent)
    with Cloud(PACK, stack="pack", containers={"heavy": missing}) as cloud:
        execution = execute(cloud, do="task", work="work", name="missing")
    assert json.loads(execution["cause"])["Containers"][0]["ExitCode"] == 127


def test_tasks_end_with_the_cloud(before: tuple[Any, ...]) -> None:
    lines: list[str] = []
    with Cloud(PACK, stack="pack", log=lines.append, containers={"heavy": HEAVY}) as cloud:
        cloud.client("stepfunctions").start_execution(
            stateMachineArn=cloud.outputs["Machine"],
            input=json.dumps({"do": "task", "work": "wait", "name": "end"}),
        )
        eventually(lambda: any("asked to wait" in line for line in lines))
    assert not any(left_over(before))


def test_a_task_ends_with_a_host_that_is_killed() -> None:
    # The host's end of the pipe is closed for it, however it goes.
    guard = subprocess.Popen(
        [sys.executable, "-P", str(GUARD), "sleep", "1000"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert guard.stdin
    child = eventually(lambda: psutil.Process(guard.pid).children())[0]
    guard.stdin.close()
    assert guard.wait() == -signal.SIGKILL
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.fixture
def host() -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """A cloud in a process of its own, and one of its functions' processes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOST, str(PACK)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process:
        try:
            yield process, psutil.Process(int(process.stdout.readline().split()[0]))
        finally:
            process.kill()


Host = tuple[subprocess.Popen[str], psutil.Process]


def test_all_processes_end_with_a_host_that_is_killed(host: Host) -> None:
    process, function = host
    around = psutil.Process(process.pid).children(recursive=True)
    assert function in around
    process.send_signal(signal.SIGKILL)
    process.wait()
    eventually(lambda: not any(one.is_running() for one in around))


def test_an_interrupt_ends_everything(host: Host) -> None:
    process, function = host
    process.send_signal(signal.SIGINT)
    assert process.stdout
    assert process.stdout.readline() == "interrupted 1\n"
    assert process.wait() == 0
    assert not function.is_running()


@pytest.mark.parametrize(
    ("sent", "amid"),
    # Of those that are taken as the first is, how far the run is makes no difference.
    [
        (signal.SIGINT, "RenderTile"),
        (signal.SIGTERM, "StartCollage"),
        (signal.SIGHUP, "StartCollage"),
    ],
    ids=["SIGINT", "SIGTERM", "SIGHUP"],
)
def test_the_command_leaves_nothing_when_it_is_interrupted(
    tmp_path: Path, sent: signal.Signals, amid: str
) -> None:
    (tmp_path / "photo.png").write_bytes(photo())
    command = [
        sys.executable,
        "-c",
        "from combinatoric_collage.cli.main import main; main()",
        "run",
    ]
    command += [str(tmp_path / "photo.png"), "--out", str(tmp_path / "out"), "--size", "512"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            eventually(lambda: of_function(amid, process.pid))
            around = psutil.Process(process.pid).children(recursive=True)
            # As a terminal does it: to all of the group.
            os.killpg(process.pid, sent)
            assert process.wait() == 130
        finally:
            process.kill()

    assert around
    assert not any(child.is_running() for child in around)
    assert not list(tmp_path.glob("laptop-cloud-*"))


def test_a_connection_that_never_asks_for_anything_keeps_no_cloud_up() -> None:
    server = Server(0)
    server.start(lambda environ, start: [])
    with socket.create_connection(("127.0.0.1", server.port)):
        stopping = threading.Thread(target=server.stop, daemon=True)
        stopping.start()
        stopping.join(600)

        assert not stopping.is_alive()


def test_of_background_work_only_what_the_end_did_not_cut_off_is_said_to_have_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed = Result.error("Runtime.ExitError", "killed")
    tried = threading.Event()

    def cut_off() -> Result:
        cloud.stopping.wait()
        return failed

    def fails() -> Result:
        tried.set()
        return failed

    with Cloud(PACK, stack="pack") as cloud:
        cloud.later("Failing", fails)
        cloud.later("CutOff", cut_off)
        assert tried.wait(600)
        eventually(lambda: "Failing failed in the background" in caplog.text)

    assert "CutOff" not in caplog.text
