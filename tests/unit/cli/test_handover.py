"""How a laptop cloud is found by the directory that it uses, and when what is found is believed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from combinatoric_collage.cli.stacks import running_cloud

REACHED = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1234", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.mark.parametrize("stays", [True, False])
def test_a_cloud_is_found_while_it_runs_and_only_by_its_owner(tmp_path: Path, stays: bool) -> None:
    assert running_cloud.find(tmp_path) is None

    with running_cloud.left(tmp_path, REACHED, stays=stays):
        found = running_cloud.find(tmp_path)
        modes = [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()]

    assert found is not None
    assert (found.environment, found.stays) == (REACHED, stays)
    assert modes == [0o600]
    assert running_cloud.find(tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_not_believed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        born = psutil.Process(process.pid).create_time()
        running = {"pid": process.pid, "born": born, "stays": True, "environment": REACHED}
        file = tmp_path / running_cloud.FILE
        file.write_text(json.dumps(running))
        assert running_cloud.find(tmp_path)

        file.write_text(json.dumps({**running, "born": born - 60}))
        assert running_cloud.find(tmp_path) is None

        file.write_text(json.dumps(running))
        process.kill()
        # It has ended, and nobody has asked how.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert running_cloud.find(tmp_path) is None
    assert running_cloud.find(tmp_path) is None

    with running_cloud.left(tmp_path, REACHED, stays=False):
        assert running_cloud.find(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "born": 0}'])
def test_what_is_half_written_is_taken_for_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / running_cloud.FILE).write_text(text)

    assert running_cloud.find(tmp_path) is None
