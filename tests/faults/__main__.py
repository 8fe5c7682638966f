"""``python -m tests.faults``: inject everything, and print what was injected and survived."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from collage.engines.painter import engine as painter
from tests.fake_openai import FakeOpenAI
from tests.faults import aws, clock, disk, engines, listing, parts, processes
from tests.faults.report import Report, Shard
from tests.faults.shop import Album, End, Shop
from tests.faults.trial import Trial
from tests.faults.world import world

SHARDS = 4
"""Parts of each kind of faults, so that all processors have work; much of it is waiting."""

Part = Callable[[Report, Path, Shard], None]


def free(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of runs that cost nothing."""
    with world() as stack:
        album = Album(painter.Painter())
        stack.serve("painter", album)
        trial = Trial(stack, scratch)
        trial.prepare()
        report.run(trial, shard.of(aws.each(trial)))
        report.run(trial, shard.of(aws.lambdas(trial)))
        report.run(trial, shard.of(aws.outages()))
        report.run(trial, shard.of(aws.by_chance(range(100))))
        own = (End(error, billed=False) for error in engines.OWN)
        report.run(trial, shard.of(engines.scenarios(album, own)))


def paid(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of runs that a provider bills, from where it is asked on."""
    with world() as stack:
        shop = Shop()
        trial = Trial(stack, scratch, options=engines.PAID)
        engines.serve_shop(trial, shop)
        report.run(trial, shard.of(aws.each(trial, ("RenderTiles",), ("dynamodb",))))
        report.run(trial, shard.of(aws.lambdas(trial, ("RenderTiles",))))
        report.run(trial, shard.of(aws.by_chance(range(60), "RenderTiles")))
        report.run(trial, shard.of(engines.scenarios(shop, engines.paid_ends())))
        report.run(trial, shard.of(clock.scenarios()))


def provider(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of a provider that is asked over a network."""
    with world() as stack, FakeOpenAI(cheap=True, hang=2 * engines.PATIENCE) as fake:
        trial = Trial(stack, scratch, options=engines.PAID)
        with engines.serving_provider(trial, fake):
            report.run(trial, shard.of(engines.provider(fake)))
            secrets = aws.each(trial, ("RenderTiles",), ("secretsmanager",))
            report.run(trial, shard.of(secrets))


def listed(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of a list of styles: the language model, the way to it, and the key's secret."""
    with world() as stack, FakeOpenAI(cheap=True, hang=2 * engines.PATIENCE) as fake:
        trial = Trial(stack, scratch)
        with listing.asked(stack, fake, trial):
            report.run(trial, shard.of(aws.each(trial, (listing.PHASE,))))
            report.run(trial, shard.of(aws.lambdas(trial, (listing.PHASE,))))
            report.run(trial, shard.of(aws.by_chance(range(40), listing.PHASE)))
            report.run(trial, shard.of(listing.provider(fake)))


def in_parts(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of a collage's file that is put in parts."""
    with world() as stack, parts.small():
        stack.serve("painter", Album(painter.Painter()))
        trial = Trial(stack, scratch)
        trial.prepare()
        report.run(trial, shard.of(parts.scenarios(trial)))


def disks(report: Report, scratch: Path, shard: Shard) -> None:
    """Faults of the laptop cloud's disk; they take no time."""
    if shard.first == 0:
        disk.run(report, scratch)


def killed(report: Report, _scratch: Path, shard: Shard) -> None:
    """Whole processes killed."""
    processes.run(report, shard)


def tried(part: Part, shard: Shard) -> Report:
    """One share of one part."""
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        part(report, Path(folder), shard)
    return report


def main() -> int:
    """All of it; 1 where something did not survive."""
    report, began = Report(), time.monotonic()
    shards = [Shard(first, SHARDS) for first in range(SHARDS)]
    with ProcessPoolExecutor(max(SHARDS, os.cpu_count() or 1)) as pool:
        kinds = (free, paid, provider, listed, in_parts, disks, killed)
        work = [pool.submit(tried, part, shard) for part in kinds for shard in shards]
        for one in as_completed(work):
            report.add(one.result())
            print(f"{report.injected.total()} injected", file=sys.stderr, flush=True)
    print("\n".join(report.table()))
    minutes = (time.monotonic() - began) / 60
    print(f"\n{report.injected.total()} injected, in {minutes:.0f} minutes.")
    for broken in report.broken:
        print(broken, file=sys.stderr)
    return bool(report.broken)


if __name__ == "__main__":
    sys.exit(main())
