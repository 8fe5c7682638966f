"""The commands that make collages: run, resume, remake, estimate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from collage import formats
from collage.request import rules
from collage.request.parse import parse
from collage.request.request import Request
from collage.steps.start_collage import Started
from combinatoric_collage.cli import (
    confirmation,
    given_files,
    input_files,
    messages,
    style_pictures,
)
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, console, say
from combinatoric_collage.cli.followed_run import FollowedRun
from combinatoric_collage.cli.given_files import GivenFiles
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.request_options import request_options
from combinatoric_collage.cli.ringing import SILENT, Bell
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import WhereConfigured

MOST_LOOKS = 2_000
"""Tiles that are looked for in the store before a run; of more, none is."""

AnyPhotos = Annotated[
    list[Path] | None,
    typer.Argument(
        help=f"the source picture, or several: {formats.TITLES}; some recipes need none",
        metavar="[PHOTO]...",
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
FontFile = Annotated[
    Path | None,
    typer.Option(
        "--font",
        metavar="FILE",
        help="write with this font, .ttf or .otf, before others: title, headings, labels, captions",
    ),
]
RetryRefused = Annotated[
    bool,
    typer.Option(
        "--retry-refused", help="ask again for what moderation refused in an earlier run of it"
    ),
]
NotifyWebhook = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="have the stack tell this address how it ends, where its NotifyHosts allows the host",
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help=f"make more than {confirmation.UNASKED} paid calls without asking"
    ),
]


@request_options
@command
def run(
    to: Output,
    where: WhereConfigured,
    photos: AnyPhotos = None,
    mask_file: MaskFile = None,
    style_picture: style_pictures.Given = None,
    font_file: FontFile = None,
    bell: Bell = SILENT,
    retry_refused: RetryRefused = False,
    notify_webhook: NotifyWebhook = None,
    yes: Yes = False,
    as_json: AsJson = False,
    *,
    read: tuple[Path, ...] = (),
    **options: Any,
) -> None:
    """Make a collage of PHOTO, or of several."""
    bell.check()
    where = replace(where, lasting=True)
    given = given_files.given(options, photos or [], mask_file, style_picture, font_file)
    asked = _asked(options, given)
    to = replace(to, name=given.name or asked.recipe)
    to.check([*given.paths, *read])
    with where.prepared():
        data, files = given.read_photo(where.settings), given.read(where.settings)

    def start(reached: Stack) -> Started:
        to.hold(lambda: reached.identify(data, asked, files))
        return reached.start(
            data, options, files, retry_refused=retry_refused, notify=notify_webhook
        )

    FollowedRun(where, to, as_json, asked, yes, bell).follow(
        start, lambda reached: reached.estimate(data, asked, files, MOST_LOOKS)
    )


@command
def resume(
    collage: Id,
    to: Output,
    where: WhereConfigured,
    bell: Bell = SILENT,
    retry_refused: RetryRefused = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a collage that failed, was cancelled or lacks tiles."""
    bell.check()
    to.check()
    to.hold(lambda: collage)
    where = replace(where, lasting=True)
    # A laptop cloud is started for the engines of this very request, as it was at first.
    asked = where.looked_at().accepted(collage).request
    FollowedRun(where, to, as_json, asked, bell=bell).follow(
        lambda reached: reached.resume(collage, retry_refused=retry_refused)
    )


@command
def remake(
    file: Annotated[Path, typer.Argument(help="a collage made by this command", metavar="FILE")],
    to: Output,
    where: WhereConfigured,
    photos: AnyPhotos = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run the request of the collage FILE again on PHOTO.

    It is laid out as it was requested, whatever was made of it later.
    """
    # What a record may be is much to import for the other commands.
    from collage.provenance import explain as explaining

    given = given_files.given({}, photos or [], None, None, None)
    to = replace(to, name=given.name)
    # FILE itself may be replaced, by what is made again.
    to.check(given.paths)
    where = replace(where, lasting=True)
    with where.prepared():
        data, files = given.read_photo(where.settings), given.read(where.settings)
    pictures = files.sources or (() if data is None else (data,))
    asked = explaining.request_of(input_files.read(file), *pictures)
    options = asked.model_dump(mode="json")

    def start(reached: Stack) -> Started:
        to.hold(lambda: reached.identify(data, asked, files))
        return reached.start(data, options, files)

    FollowedRun(where, to, as_json, asked, yes).follow(
        start, lambda reached: reached.estimate(data, asked, files, MOST_LOOKS)
    )


@request_options
@command
def estimate(
    where: WhereConfigured,
    photos: AnyPhotos = None,
    mask_file: MaskFile = None,
    style_picture: style_pictures.Given = None,
    font_file: FontFile = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Say what a collage of PHOTO would take.

    Nothing is started or paid, and the laptop needs no key.
    """
    given = given_files.given(options, photos or [], mask_file, style_picture, font_file)
    asked = _asked(options, given)
    data, files = given.read_photo(where.settings), given.read(where.settings)
    found = where.looked_at(asked).estimate(data, asked, files)
    if as_json:
        answer(found)
    else:
        for line in confirmation.understood(asked):
            say(line)
        messages.price(console, found, asked)


def _asked(options: dict[str, Any], given: GivenFiles) -> Request:
    """The request, held to all rules that can be checked without its pictures."""
    asked = parse({**options, **given.as_put})
    if "seed" in options:
        # One that was drawn is that of the estimate and of the run.
        options["seed"] = asked.seed
    rules.served(asked, given.photo is not None)
    return asked
