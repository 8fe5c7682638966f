"""The commands that make collages: run, resume, remake, estimate, assemble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from collage import formats
from collage.errors import (
    InvalidRequest,
    MaxUsdReached,
    OverBudget,
    PermanentError,
    SourceChanged,
    TooLong,
    TooManyCombinations,
)
from collage.manifest import Manifest
from collage.progress import TileCounts
from collage.provenance import explain as explaining
from collage.request import rules
from collage.request.parse import parse
from collage.request.relayout import parse_relayout
from collage.request.request import Request
from collage.sheet.layout import Sort
from collage.steps.estimate import Estimated
from collage.steps.start_collage import Started
from combinatoric_collage.cli import confirmation, input_files, messages, picture_process
from combinatoric_collage.cli.exit_codes import STOPPED, AsJson, answer, console, failures, say
from combinatoric_collage.cli.output_folder import Force, Out, Output
from combinatoric_collage.cli.progress_bars import Show, bars
from combinatoric_collage.cli.request_options import completing, request_options
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.cli.stacks.which import (
    Parameters,
    StackName,
    State,
    UsdPerImage,
    Where,
    priced,
)

ENDS_THE_SAME = {
    kind.__name__
    for kind in (
        InvalidRequest,
        MaxUsdReached,
        OverBudget,
        SourceChanged,
        TooLong,
        TooManyCombinations,
    )
}
"""Ends of runs that another run of the same request comes to without asking for anything."""


AS_PUT = "sources/mask"
"""A mask file's key until it is put in."""

MOST_LOOKS = 2_000
"""Tiles that are looked for in the store before a run; of more, none is."""

AnyPhoto = Annotated[
    Path | None,
    typer.Argument(
        help=f"the source picture: {formats.TITLES}; some recipes need none",
        metavar="[PHOTO]",
        show_default=False,
    ),
]
MaskFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="erase what is transparent of this picture, or white where it is not transparent",
    ),
]
RetryRefused = Annotated[
    bool,
    typer.Option(
        "--retry-refused", help="ask again for what moderation refused in an earlier run of it"
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help=f"make more than {confirmation.UNASKED} paid calls without asking"
    ),
]
Id = Annotated[str, typer.Argument(help="the collage's id", metavar="ID")]


@request_options
def run(
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    out: Out = None,
    force: Force = False,
    stack: StackName = None,
    state: State = None,
    parameter: Parameters = None,
    retry_refused: RetryRefused = False,
    usd_per_image: UsdPerImage = None,
    yes: Yes = False,
    as_json: AsJson = False,
    *,
    read: tuple[Path, ...] = (),
    **options: Any,
) -> None:
    """Make a collage of PHOTO."""
    with failures(as_json=as_json):
        where = Where(stack, state, priced(parameter, usd_per_image), lasting=True)
        asked = _asked(options, photo, mask_file)
        inputs = [file for file in (photo, mask_file, *read) if file is not None]
        to = Output(out, force, photo.stem if photo else asked.recipe)
        to.check(inputs)
        data, mask = _checked(photo, where), _checked(mask_file, where)

        def start(reached: Stack) -> Started:
            to.hold(lambda: reached.identify(data, asked, mask))
            return reached.start(data, options, mask, retry_refused=retry_refused)

        _Making(where, to, as_json, asked, yes).follow(
            start,
            lambda reached: reached.estimate(data, asked, mask, MOST_LOOKS),
        )


def resume(
    collage: Id,
    out: Out = None,
    force: Force = False,
    stack: StackName = None,
    state: State = None,
    parameter: Parameters = None,
    retry_refused: RetryRefused = False,
    usd_per_image: UsdPerImage = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a collage that failed, was cancelled or lacks tiles."""
    with failures(as_json=as_json):
        to = Output(out, force)
        to.check()
        to.hold(lambda: collage)
        where = Where(stack, state, priced(parameter, usd_per_image), lasting=True)
        _Making(where, to, as_json).follow(
            lambda reached: reached.resume(collage, retry_refused=retry_refused)
        )


def remake(
    file: Annotated[Path, typer.Argument(help="a collage made by this command", metavar="FILE")],
    photo: AnyPhoto = None,
    out: Out = None,
    force: Force = False,
    stack: StackName = None,
    state: State = None,
    parameter: Parameters = None,
    usd_per_image: UsdPerImage = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run the request of the collage FILE again on PHOTO.

    It is laid out as it was requested, whatever was made of it later.
    """
    with failures(as_json=as_json):
        to = Output(out, force, photo.stem if photo else None)
        # FILE itself may be replaced, by what is made again.
        to.check([photo] if photo else [])
        where = Where(stack, state, priced(parameter, usd_per_image), lasting=True)
        data = _checked(photo, where)
        asked = explaining.request_of(input_files.read(file), data)
        options = asked.model_dump(mode="json")

        def start(reached: Stack) -> Started:
            to.hold(lambda: reached.identify(data, asked))
            return reached.start(data, options)

        _Making(where, to, as_json, asked, yes).follow(
            start,
            lambda reached: reached.estimate(data, asked, most_looks=MOST_LOOKS),
        )


@request_options
def estimate(
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    stack: StackName = None,
    state: State = None,
    parameter: Parameters = None,
    usd_per_image: UsdPerImage = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Say what a collage of PHOTO would take.

    Nothing is started or paid, and the laptop needs no key.
    """
    with failures(as_json=as_json):
        where = Where(stack, state, priced(parameter, usd_per_image))
        asked = _asked(options, photo, mask_file)
        data, mask = _checked(photo, where), _checked(mask_file, where)
        with where.reached() as reached:
            found = reached.estimate(data, asked, mask)
        if as_json:
            answer(found)
        else:
            for line in confirmation.understood(asked):
                say(line)
            messages.price(console, found, asked)


def assemble(
    collage: Id,
    rows: Annotated[int | None, typer.Option(help="rows of cells")] = None,
    cols: Annotated[int | None, typer.Option(help="columns of cells")] = None,
    cell: Annotated[int | None, typer.Option(metavar="PX", help="width of a cell")] = None,
    gap: Annotated[int | None, typer.Option(metavar="PX", help="below 0 cells overlap")] = None,
    sort: Annotated[
        str,
        typer.Option(
            help="style, mask, hue or shuffle", autocompletion=completing(*get_args(Sort))
        ),
    ] = "shuffle",
    seed: Annotated[int | None, typer.Option(help="of the shuffle")] = None,
    labels: Annotated[
        bool | None, typer.Option("--labels/--no-labels", help="write what each cell is")
    ] = None,
    title: Annotated[str | None, typer.Option(help="written above the cells")] = None,
    border: Annotated[int | None, typer.Option(metavar="PX", help="around the cells")] = None,
    background: Annotated[
        str | None, typer.Option(metavar="COLOUR", help="a name, or #rrggbb")
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option("--format", metavar="|".join(formats.FORMATS), help="of the collage"),
    ] = None,
    out: Out = None,
    force: Force = False,
    stack: StackName = None,
    state: State = None,
    as_json: AsJson = False,
) -> None:
    """Lay the tiles of a collage out another way.

    Nothing is rendered or paid; what is not given stays as it was.
    """
    given = {
        "rows": rows, "cols": cols, "cell": cell, "gap": gap,
        "sort": sort, "seed": seed, "labels": labels,
        "title": title, "border": border, "background": background, "format": file_format,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    with failures(as_json=as_json):
        wanted = parse_relayout(changes)
        if wanted.seed is not None:
            changes["seed"] = wanted.seed
        to = Output(out, force)
        to.check()
        to.hold(lambda: collage)
        where = Where(stack, state, lasting=True)
        with where.reached() as reached:
            layout = reached.assemble(collage, changes)
            folder = to.folder(collage, layout)
            manifest = reached.fetch(collage, folder, layout)
        report(manifest, folder, as_json=as_json)


@dataclass(frozen=True)
class _Making:
    """A run that somebody waits for, and where its result goes."""

    where: Where
    to: Output
    as_json: bool
    asked: Request | None = None
    yes: bool = False

    def follow(
        self,
        start: Callable[[Stack], Started],
        price: Callable[[Stack], Estimated] | None = None,
    ) -> None:
        """Start a collage, having said what it takes; follow it to its end and fetch it."""
        first = "start" if self.where.running else "laptop cloud"
        self._say_what()
        with (
            bars(console, first, silent=self.as_json) as show,
            self.where.reached(self.asked) as stack,
        ):
            if price is not None:
                self._agreed(stack, price, show)
            started = start(stack)
            try:
                for seen in stack.follow(started):
                    show.at(seen)
                show.done()
                folder = self.to.folder(started["id"])
                manifest = stack.fetch(started["id"], folder)
            except RunFailed as error:
                if error.name not in ENDS_THE_SAME:
                    self._can_go_on(started["id"], stack.look(started["id"]).tiles)
                raise
            except KeyboardInterrupt:
                self._interrupted(started["id"])
                raise
        if manifest.tile_counts.get("refused"):
            self._can_ask_again(manifest.id, manifest.tile_counts["refused"])
        report(manifest, folder, as_json=self.as_json)

    def _say_what(self) -> None:
        if self.asked is not None and not self.as_json:
            for line in confirmation.understood(self.asked):
                say(line)

    def _agreed(self, stack: Stack, price: Callable[[Stack], Estimated], show: Show) -> None:
        """Say what is going to be made, and ask before much is paid."""
        to_ask = not self.yes and self.asked is not None and confirmation.may_be_paid(self.asked)
        if self.as_json and not to_ask:
            return
        found = price(stack)
        if not self.as_json:
            say(messages.expected(found))
        if to_ask:
            ask = None if self.as_json or not confirmation.somebody() else confirmation.in_person
            with show.aside():
                confirmation.agree(found, ask)

    def _can_go_on(self, collage: str, tiles: TileCounts | None = None) -> None:
        """Say how the collage is gone on with, if that would ask for anything."""
        if tiles is not None and tiles.refused:
            self._can_ask_again(collage, tiles.refused)
            if not tiles.failed:
                return
        say(f"collage {collage} can go on: {self.where.command('resume', collage)}")

    def _can_ask_again(self, collage: str, refused: int) -> None:
        again = f"{self.where.command('resume', collage)} --retry-refused"
        say(f"{refused} tiles were refused; to ask for them again: {again}")

    def _interrupted(self, collage: str) -> None:
        if not self.where.running:
            self._can_go_on(collage)
            return
        say(f"The run goes on: {self.where.command('watch', collage)}")
        say(f"To stop it: {self.where.command('cancel', collage)}")


def report(manifest: Manifest, out: Path, *, as_json: bool) -> None:
    """Say what came of a run and where it lies; end with STOPPED if it ended early."""
    result = messages.summary(manifest, out)
    if as_json:
        answer(result)
    else:
        messages.report(console, result)
    if manifest.stopped is not None:
        raise typer.Exit(STOPPED)


def _asked(options: dict[str, Any], photo: Path | None, mask_file: Path | None) -> Request:
    """The request, held to all rules that can be checked without its pictures."""
    given = {**options, **({"mask_source": AS_PUT} if mask_file else {})}
    asked = parse(given)
    if "seed" in options:
        # One that was drawn is that of the estimate and of the run.
        options["seed"] = asked.seed
    rules.served(asked, photo is not None)
    return asked


def _checked(photo: Path | None, where: Where) -> bytes | None:
    """The bytes of a picture that the stack will accept, as far as can be seen from here."""
    if photo is None:
        return None
    limits = where.settings
    data = input_files.read(photo)
    try:
        picture_process.inspect(
            data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels
        )
    except PermanentError as error:
        # Of two files it must be said which one it is.
        raise type(error)(f"{photo}: {error}") from error
    return data
