"""A smaller set of the faults that `make faults` injects, none of which may harm."""

from pathlib import Path

import pytest

from tests.faults import disk
from tests.faults.__main__ import Part, free, paid, provider
from tests.faults.report import Report, Shard


@pytest.mark.parametrize(
    ("part", "every", "least"), [(free, 25, 20), (paid, 29, 5), (provider, 29, 1)]
)
def test_runs_survive(part: Part, every: int, least: int, tmp_path: Path) -> None:
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
