"""What the command says: where collages stand, what they would take, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from collage import engines
from collage.manifest import Manifest
from collage.progress import Progress
from collage.request.request import Request
from collage.steps.estimate import Estimated
from collage.text import line
from combinatoric_collage.cli.progress_bars import misses, span
from combinatoric_collage.cli.stacks.stack import Stack


def standing(seen: Progress) -> str:
    """Where a collage stands, a line for each thing that is known."""
    rows = {
        "collage": seen.id,
        "owner": _owner(seen),
        "state": seen.state + (f" ({seen.phase})" if seen.phase else ""),
        "tiles": ", ".join([_tiles(seen), *misses(seen)]),
        "cost": f"${seen.usd:,.2f}",
        "left": f"about {span(seen.eta_seconds)}" if seen.eta_seconds else None,
        "created": _time(seen.created),
        "ended": _time(seen.ended),
        "reason": f"{seen.error}: {seen.message}" if seen.error else None,
    }
    said = {name: value for name, value in rows.items() if value}
    return "\n".join(f"{name:<8} {line(value)}" for name, value in said.items())


def table(found: Sequence[Progress]) -> str:
    """Collages, a line each."""
    owned = any(seen.owner for seen in found)
    rows = [("ID", "STATE", "TILES", "COST", "CREATED", *(["OWNER"] if owned else []))]
    rows += [
        (
            *(seen.id, seen.state, _tiles(seen), f"${seen.usd:,.2f}", _time(seen.created) or ""),
            *([_owner(seen) or ""] if owned else []),
        )
        for seen in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{value:<{width}}" for value, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _owner(seen: Progress) -> str | None:
    """Whose a collage is, where the stack tells people apart, with its group."""
    if seen.owner is None:
        return None
    return line(seen.owner.who + (f" ({seen.owner.group})" if seen.owner.group else ""))


def _tiles(seen: Progress) -> str:
    return f"{seen.tiles.done}/{'?' if seen.tiles.total is None else seen.tiles.total}"


def _time(time: str | None) -> str | None:
    return time and datetime.fromisoformat(time).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def expected(found: Estimated) -> str:
    """What a run is going to make, in a line."""
    cost = "at no charge" if found["minutes"] is None else f"about ${found['usd']:,.2f}"
    there = f"; {found['reused']:,} more are there already" if found["reused"] else ""
    return (
        f"{_counted(found['tiles'], 'tile')} by {_counted(found['calls'], 'call')}{_paid(found)}, "
        f"{cost}{there}"
    )


def _paid(found: Estimated) -> str:
    """How many of the calls are paid for, where that is neither none nor all."""
    some = 0 < found["paid"] < found["calls"]
    return f", {found['paid']:,} of them paid" if some else ""


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def summary(manifest: Manifest, out: Path) -> dict[str, Any]:
    """What came of a run, for a program: counts, and the files by name."""
    return {
        "id": manifest.id,
        "state": "partial" if manifest.missing else "done",
        "stopped": manifest.stopped and f"{manifest.stopped.error}: {manifest.stopped.message}",
        "tiles": manifest.tile_counts,
        "cells": manifest.cell_counts,
        "usd": manifest.usd,
        "asked_again": manifest.asked_again,
        "unsettled_usd": manifest.unsettled_usd,
        "render_seconds": manifest.render_seconds,
        "collage": manifest.files.collage and str(out / manifest.files.collage),
        "preview": str(out / manifest.files.preview),
        "manifest": str(out / "manifest.json"),
        "tiles_folder": str(out / "tiles"),
        "page": str(out / "index.html") if (out / "index.html").is_file() else None,
    }


def report(console: Console, result: Mapping[str, Any]) -> None:
    """What came of a run, for a person."""
    tiles = ", ".join(f"{count} {state}" for state, count in result["tiles"].items())
    cost = f", ${result['usd']:,.2f}" if result["usd"] else ""
    console.print(f"\nCollage {result['id']}: {tiles}{cost}")
    if result["asked_again"]:
        console.print(
            f"{_counted(result['asked_again'], 'request')} for pictures that did not come may be "
            f"billed; ${result['unsettled_usd']:,.2f} more stay counted for them."
        )
    if result["stopped"]:
        console.print(f"The run was stopped early. {result['stopped']}")
    for name, what in (("collage", "the picture"), ("manifest", "every tile and cell")):
        if result[name] is not None:
            console.print(f"  {result[name]:<28} {what}", soft_wrap=True)
    console.print(f"  {result['tiles_folder']:<28} the tiles", soft_wrap=True)
    if result["page"]:
        console.print(f"  {result['page']:<28} to look at it", soft_wrap=True)


def price(console: Console, found: Estimated, asked: Request) -> None:
    """What a collage would take, for a person."""
    console.print(f"{found['tiles']} tiles to make by {found['calls']} calls{_paid(found)}")
    known = asked.model is None or _has_price(asked.model, asked.engines)
    graded = any(engines.ENGINES[name].qualities for name in asked.engines)
    open_ended = graded and asked.quality in (None, "auto")
    if found["minutes"] is not None and (open_ended or not known):
        what = "quality" if known else "price known for this model"
        console.print(f"no {what}: the highest known price is assumed")
    console.print(f"{found['reused']} tiles there already, at no cost")
    if found["minutes"] is not None:
        console.print(
            f"about ${found['usd']:,.2f} by the prices of {found['priced_on']}, "
            f"{found['minutes']:,.1f} minutes at the account's pace",
            highlight=False,
        )
    else:
        console.print("no charge: this engine asks no provider")


def _has_price(model: str, names: Iterable[str]) -> bool:
    """Whether those of the engines that ask a provider have a price for the model."""
    providers = (engines.ENGINES[name].provider for name in names)
    return all(provider.is_priced(model) for provider in providers if provider)


def welcome(console: Console, stack: Stack, environment: Mapping[str, str], state: Path) -> None:
    """How to talk to a laptop cloud that stays up."""
    console.print("The laptop cloud is up. In another shell:\n")
    for name, value in environment.items():
        console.print(f"  export {name}={value}", soft_wrap=True)
    lines = [
        f"  aws s3 cp photo.jpg s3://{stack.outputs['UploadsBucket']}/uploads/   # a collage",
        f"  aws s3 ls --recursive s3://{stack.outputs['CollagesBucket']}/collages/",
    ]
    if api := stack.outputs.get("ApiUrl"):
        lines += [
            "",
            f"The HTTP API is at {api}:",
            "",
            '  curl -s --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" \\',
            f'    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" {api}/collages',
        ]
    lines += [
        "",
        "Other collage commands find it by themselves.",
        f"Ctrl-C stops it. What it holds stays in {state}.",
    ]
    console.print("\n".join(lines), soft_wrap=True)
