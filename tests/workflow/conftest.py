"""A state directory and clouds of one pack on it; what was there before a cloud."""

from pathlib import Path
from typing import Any

import pytest

from combinatoric_collage.local import Cloud, cloud
from tests.workflow.kept_state import TEMPLATE, New
from tests.workflow.left_over import left_behind


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "some" / "state"


@pytest.fixture
def new(tmp_path: Path, state: Path) -> New:
    """Makes one cloud after the other on the same state."""
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    return lambda: Cloud(template, state=state)


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """What there is, in a test that asks what a cloud leaves: one may take all its time to end."""
    monkeypatch.setattr(cloud, "PATIENCE_SECONDS", 600.0)
    return left_behind()
