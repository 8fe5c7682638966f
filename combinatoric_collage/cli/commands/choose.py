"""The command `choose`: what somebody thinks of tiles, and whom others think of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from collage import records
from collage.choices import choice, merging
from collage.choices.choice import LONGEST_NOTE, Change, Choices, Person
from collage.choices.selection import select, shown_at
from collage.choices.together import NOTHING, taken_together
from collage.errors import FieldError, InvalidRequest
from collage.manifest import Manifest
from collage.text import line
from combinatoric_collage.cli import input_files
from combinatoric_collage.cli.choice_places import InFolder, InStack, Place
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.option_values import Only, terms
from combinatoric_collage.cli.stacks.stack import RunFailed
from combinatoric_collage.cli.stacks.which import Where

AT_ONCE = 120
"""Letters of a tile's description, and of each note, that the list shows."""

What = Annotated[
    str, typer.Argument(help="a collage's id, or a folder with a fetched one", metavar="ID|DIR")
]
Cells = Annotated[
    list[str] | None,
    typer.Argument(help="cells by row and column, both from 0, as 0:3", metavar="CELL"),
]


@dataclass(frozen=True)
class Said:
    """What is said of the tiles."""

    star: Annotated[bool | None, typer.Option("--star/--unstar", show_default=False)] = None
    hidden: Annotated[
        bool | None,
        typer.Option("--hide/--show", help="leave out of what is chosen", show_default=False),
    ] = None
    score: Annotated[
        int | None, typer.Option(min=0, max=5, metavar="N", help="1 to 5; 0 takes it back")
    ] = None
    note: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help=f"at most {LONGEST_NOTE:,} characters; none takes it back"
        ),
    ] = None
    clear: Annotated[bool, typer.Option("--clear", help="take back all of it first")] = False

    def change(self) -> Change | None:
        """The change of each tile; None where nothing is said.

        Raises:
            InvalidRequest: when the note is too long.
        """
        names = ("star", "hidden", "score", "note")
        said: dict[str, Any] = dict.fromkeys(names) if self.clear else {}
        said |= {n: getattr(self, n) for n in names if getattr(self, n) is not None}
        if said.get("score") == 0:
            said["score"] = None
        try:
            return Change(**said) if said else None
        except ValidationError as error:
            message = f"a note has at most {LONGEST_NOTE:,} characters"
            raise InvalidRequest(f"note: {message}.", [FieldError("note", message)]) from error


@command
def choose(
    what: What,
    where: Where,
    said: Said,
    cells: Cells = None,
    only: Only = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="whose choice it is [default: you]", show_default=False),
    ] = None,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="write all choices into a file"),
    ] = None,
    import_from: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="merge those of a file, the later counts"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Star, hide, score or note tiles of a collage, or list what is said of them.

    Choices lie beside the manifest; each person's are their own.
    """
    change, wanted = said.change(), terms(only)
    _check(change, bool(cells or wanted), bool(cells and wanted), export_to, import_from)
    with _place(what, where, writes=bool(change or import_from)) as place:
        manifest = place.manifest
        if export_to:
            choices = place.choices
            _export(choices, export_to)
        elif import_from:
            others = choice.read(input_files.read(import_from), str(import_from))
            known = {record.key for record in manifest.tiles}
            choices = place.change(lambda there: merging.merged(there, others, known))
        elif change:
            name = _name(person if person is not None else place.person)
            keys = [manifest.tiles[i].key for i in _tiles(manifest, place, cells, wanted)]
            choices = place.change(lambda there: there.changed(name, dict.fromkeys(keys, change)))
            say(f"{len(keys):,} tiles, as {name}: {_counts(manifest, choices)}")
        else:
            choices = place.choices
            some = bool(cells or wanted)
            tiles = _tiles(manifest, place, cells, wanted) if some else _shown(manifest)
            if not as_json:
                _list(manifest, choices, tiles, everything=some)
    if as_json:
        answer(choices.model_dump(mode="json"))


def _check(
    change: Change | None, some: bool, both: bool, export_to: Path | None, import_from: Path | None
) -> None:
    """Refuse what does not go together, before anything is read."""
    asked = [name for name, value in (("--export", export_to), ("--import", import_from)) if value]
    if both:
        raise InvalidRequest("only: give cells or --only, not both; a term for cells is cells=0:1.")
    if asked and (change or some or len(asked) > 1):
        raise InvalidRequest(f"{asked[0][2:]}: it is of all choices; give it alone.")
    if change and not some:
        raise InvalidRequest("only: say which tiles, by cells as 0:3 or by --only TERM.")
    if export_to and export_to.exists():
        raise InvalidRequest(f"export: {export_to} is there already; name another file.")


@contextmanager
def _place(what: str, where: Where, *, writes: bool) -> Iterator[Place]:
    if Path(what).is_dir():
        yield InFolder(Path(what))
    elif not re.fullmatch("[0-9a-f]{20}", what):
        raise InvalidRequest(f"{what} is neither a folder nor a collage's id.")
    elif not writes:
        yield InStack(where.looked_at(), what)
    else:
        with where.reached() as stack:
            yield InStack(stack, what)


def _tiles(
    manifest: Manifest, place: Place, cells: list[str] | None, wanted: list[str]
) -> list[int]:
    if cells:
        return shown_at(manifest, cells)
    return list(select(manifest, place.choices, wanted))


def _shown(manifest: Manifest) -> list[int]:
    return list(dict.fromkeys(cell.tile for cell in manifest.cells if cell.tile is not None))


def _name(given: str) -> str:
    try:
        return TypeAdapter(Person).validate_python(given)
    except ValidationError as error:
        message = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise InvalidRequest(f"person: {message}.", [FieldError("person", message)]) from error


def _export(choices: Choices, file: Path) -> None:
    try:
        file.write_bytes(records.write(choices))
    except OSError as error:
        raise RunFailed("NotWritten", f"{file} cannot be written: {error.strerror}.") from error
    say(f"{file}: the choices of {len(choices.people):,} people")


def _list(manifest: Manifest, choices: Choices, tiles: list[int], *, everything: bool) -> None:
    """A line for each tile of which something is said, or of ``everything`` that was asked for."""
    places: dict[int | None, str] = {}
    for cell in manifest.cells:
        places.setdefault(cell.tile, f"{cell.row}:{cell.col}")
    found = taken_together(choices)
    rows = []
    for index in tiles:
        record = manifest.tiles[index]
        known = found.get(record.key, NOTHING)
        if known == NOTHING and not everything:
            continue
        mark = "starred" if known.star else "hidden" if known.hidden else ""
        score = "" if known.score is None else f"{known.score:.3g}"
        notes = "; ".join(f"{name}: {line(note)[:AT_ONCE]}" for name, note in known.notes)
        rows.append((places[index], mark, score, line(record.caption())[:AT_ONCE], notes))
    if not rows:
        typer.echo("Nobody has chosen any tile.")
        return
    rows.insert(0, ("CELL", "MARK", "SCORE", "TILE", "NOTES"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cut = (f"{value:<{width}}" for value, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cut).rstrip())
    people = ", ".join(sorted(choices.people)) or "nobody"
    say(f"{_counts(manifest, choices)}, by {people}")


def _counts(manifest: Manifest, choices: Choices) -> str:
    keys = {manifest.tiles[index].key for index in _shown(manifest)}
    known = [one for key, one in taken_together(choices).items() if key in keys]
    return (
        f"{sum(one.star for one in known):,} starred, "
        f"{sum(one.hidden for one in known):,} hidden, "
        f"{sum(one.score is not None for one in known):,} scored, "
        f"{sum(bool(one.notes) for one in known):,} noted"
    )
