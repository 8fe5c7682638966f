"""A smaller set of the faults that `make faults` injects, none of which may harm."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.faults import disk, engines
from tests.faults.__main__ import Part, free, in_parts, listed, paid, provider
from tests.faults.injector import at
from tests.faults.kinds import BY_NAME
from tests.faults.report import Report, Shard
from tests.faults.world import COLLAGES, world


@pytest.mark.parametrize(
    ("part", "every", "least"),
    [(free, 53, 8), (paid, 61, 2), (provider, 29, 1), (listed, 61, 2), (in_parts, 37, 2)],
)
def test_runs_survive(
    part: Part, every: int, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None of these faults is a silence, which would have to be waited for.
    monkeypatch.setattr(engines, "PATIENCE", 600.0)
    report = Report()

    part(report, tmp_path, Shard(0, every))

    assert report.broken == []
    assert report.survived.total() == report.injected.total() >= least


def test_what_is_put_survives_a_disk_that_fails_and_power_that_goes(tmp_path: Path) -> None:
    report = Report()

    disk.run(report, tmp_path)

    assert report.broken == []
    assert set(report.injected) == {*(f"state: {name}" for name in disk.FULL), "state: power lost"}
    assert min(report.injected.values()) > 50


@pytest.mark.parametrize(("fault", "done"), [("503 SlowDown", False), ("done, answer lost", True)])
def test_a_request_that_is_refused_is_not_carried_out(fault: str, done: bool) -> None:
    with world() as stack:
        stack.injector.arm(at(1, BY_NAME[fault]))
        with pytest.raises((ClientError, ConnectionClosedError)):
            stack.store.s3.put_object(Bucket=COLLAGES, Key="a", Body=b"x")

        assert stack.objects() == ({"a": b"x"} if done else {})
