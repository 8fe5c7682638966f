"""The command `export`: something to take away of a collage, as one file or as a web page."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

import typer

from collage.errors import InvalidRequest, NotInStore
from collage.export.asked import Export, Exported, Kind, parse_export
from collage.export.paper import SIZES
from collage.export.site import Link
from collage.formats import FORMATS
from collage.steps.exports import KINDS
from collage.steps.freeze_collage import INDEX
from collage.text import line
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, say
from combinatoric_collage.cli.option_values import Only, terms
from combinatoric_collage.cli.output_folder import PLACE, SHORT, Output, named
from combinatoric_collage.cli.request_options import METAVARS as SHARED
from combinatoric_collage.cli.request_options import NUMBERS, completing, field_options
from combinatoric_collage.cli.stacks import static_site, take_away
from combinatoric_collage.cli.stacks.stack import RunFailed
from combinatoric_collage.cli.stacks.which import Where

METAVARS = {
    "names": "PATTERN",
    "rows": "FIELD",
    "cols": "FIELD",
    "by": "FIELD",
    "paper": "A4|WxH",
    "margin": "MM",
    "bleed": "MM",
    **{name: SHARED[name] for name in ("cell", "gap", "border", "background", "format", "dpi")},
}
COMPLETED = {"format": tuple(FORMATS), "paper": tuple(SIZES), "fit": ("contain", "cover")}
"""Values that a shell can complete."""

KindName = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        help=", ".join(KINDS),
        show_default=False,
        autocompletion=completing(*get_args(Kind)),
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="where the file goes [default: out/KIND-ID, by the collage's id]",
        show_default=False,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="replace the file, or another collage in --site")
]


@dataclass(frozen=True)
class OfSite:
    """The collage's page as a folder, for a web host of one's own, in place of a kind."""

    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            parser=named,
            metavar="DIR",
            help="write the collage's page into DIR, for a web host: a new or an empty folder, or "
            "one of the same collage",
            show_default=False,
        ),
    ] = None
    tiles: Annotated[
        bool, typer.Option("--tiles/--no-tiles", help="with the tiles in full size")
    ] = True
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="where DIR will be on the web, for previews of links to it",
            show_default=False,
        ),
    ] = None

    def link(self) -> Link | None:
        """What makes the address of a file; None where it is not said where they will be.

        Raises:
            InvalidRequest: when it is no address of a folder.
        """
        if self.url is None:
            return None
        parts = urlsplit(self.url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or self.url != line(self.url)
        ):
            raise InvalidRequest(f"url: {line(self.url)[:80]} is no https://HOST/FOLDER.")
        if parts.query or parts.fragment:
            raise InvalidRequest("url: give an address of a folder, without ? and #.")
        base = self.url.removesuffix("/")
        return lambda name: f"{base}/{name}"


def _option(name: str) -> inspect.Parameter:
    field, flag = Export.model_fields[name], "--" + name.replace("_", "-")
    kind: Any = NUMBERS.get(field.annotation, str)  # type: ignore[arg-type]
    if field.annotation == bool | None:
        kind, flag = bool, f"{flag}/--no-{flag[2:]}"
    option = typer.Option(
        flag,
        help=field.description,
        metavar=METAVARS.get(name),
        show_default=False,
        autocompletion=completing(*COMPLETED[name]) if name in COMPLETED else None,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )


@field_options([_option(name) for name in Export.model_fields if name not in ("kind", "only")])
@command
def export(
    collage: Id,
    where: Where,
    to: OfSite,
    kind: KindName = None,
    only: Only = None,
    out: File = None,
    force: Force = False,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Take something of a collage away, as one file of a KIND, or as a page by --site.

    Nothing is rendered or paid.
    """
    given = {"only": terms(only), **options}
    if to.site is not None:
        _only_site(kind, out, given)
        _write_site(to, collage, where, force=force, as_json=as_json)
        return
    if kind is None:
        raise InvalidRequest(f"kind: say what to take away: {', '.join(KINDS)}; or --site DIR.")
    if to != OfSite():
        raise InvalidRequest("site: --url and --no-tiles go with --site DIR.")
    asked = parse_export({"kind": kind, **given})
    file = out or PLACE / f"{kind}-{collage[:SHORT]}.{KINDS[kind].ending(asked)}"
    _check(file, force)
    with replace(where, lasting=True).reached() as reached:
        made = take_away.make(reached, collage, asked)
        take_away.save(reached, made, file)
    _report(made, file, as_json)


def _only_site(kind: str | None, out: Path | None, options: dict[str, Any]) -> None:
    """Refuse what a site has no use for."""
    if kind is not None:
        raise InvalidRequest("kind: --site takes the whole page away; leave KIND out.")
    if options.get("only"):
        raise InvalidRequest(
            "only: a site shows all of a collage; `collage assemble ID --only` lays some of its "
            "tiles out anew, into a folder that a web host can show."
        )
    for name, value in {"out": out, **options}.items():
        if value not in (None, []):
            raise InvalidRequest(f"{name}: --site has no use for it.")


def _write_site(to: OfSite, collage: str, where: Where, *, force: bool, as_json: bool) -> None:
    folder, link = to.site or PLACE, to.link()
    static_site.check(folder)
    Output(folder, force=force).hold(lambda: collage)
    with where.reached() as reached:
        reached.accepted(collage)
        try:
            made = static_site.write(reached.store, collage, folder, tiles=to.tiles, link=link)
        except NotInStore as error:
            raise RunFailed("NotMade", f"Collage {collage} is not made yet.") from error
    if as_json:
        answer({"path": str(folder), **asdict(made)})
        return
    for note in made.notes:
        say(note)
    typer.echo(f"{folder / INDEX}: {made.files:,} files, {made.bytes / 1e6:,.1f} MB")


def _check(file: Path, force: bool) -> None:
    """Refuse a place that nothing can be written to, before anything is made for it."""
    if file.is_dir():
        raise InvalidRequest(f"out: {file} is a folder; name a file.")
    if file.exists() and not force:
        raise InvalidRequest(f"out: {file} is there already; name another, or --force.")


def _report(made: Exported, file: Path, as_json: bool) -> None:
    if as_json:
        answer({**made.model_dump(mode="json"), "path": str(file)})
        return
    for note in made.notes:
        say(note)
    typer.echo(f"{file}: {made.tiles} tiles, {made.bytes / 1e6:,.1f} MB")
