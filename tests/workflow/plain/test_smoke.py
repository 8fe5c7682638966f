"""The look at a stack after its first deploy: the laptop cloud, as an account."""

from pathlib import Path

import pytest

from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud
from rehearsal import smoke


def test_a_stack_is_looked_at_by_every_door_after_it_is_said_what_that_costs(
    running: tuple[Cloud, Stack],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cloud, stack = running
    monkeypatch.setattr(smoke, "FOLDER", tmp_path)
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    found = smoke.main(stack.name)
    missing = smoke.main("another")

    page = capsys.readouterr().out
    lines = page.splitlines()
    assert (found, missing) == (0, 1)
    assert lines[0] == f"The stack {stack.name}, by its doors"
    assert lines[1].startswith("At AWS 10 tiles of the painter cost less than 100 larger ones, $0.")
    assert [line.split()[0] for line in lines[3:7]] == ["ok"] * 4
    assert "NoSuchStack: There is no stack another in" in page
    assert (tmp_path / "report.txt").read_text().endswith("/collages/\n")
