"""The command that shows what was logged of a collage."""

from __future__ import annotations

import re
from datetime import datetime

import typer

from collage.errors import NotInStore
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.stacks.log_lines import Line, of_laptop, of_stack
from combinatoric_collage.cli.stacks.which import Where


@command
def logs(collage: Id, where: Where, as_json: AsJson = False) -> None:
    """Print what functions and tasks have logged of a collage, in order."""
    found = _lines(where, collage)
    if as_json:
        lines = [{"time": line.time, "from": line.source, **line.parts} for line in found]
        answer({"id": collage, "lines": lines})
        return
    for line in found:
        typer.echo(str(line))
    if not found:
        say("Nothing is logged of it, or no more: logs are kept for a while only.")


def _lines(where: Where, collage: str) -> list[Line]:
    if not re.fullmatch("[0-9a-f]{20}", collage):
        raise NotInStore(f"There is no collage {collage} here.")
    if where.stack is None:
        # Whether the cloud runs or not: the lines lie in its state directory.
        return list(of_laptop(where.state, collage))
    with where.reached() as reached:
        begun = datetime.fromisoformat(reached.look(collage).created)
        return of_stack(reached, collage, begun)
