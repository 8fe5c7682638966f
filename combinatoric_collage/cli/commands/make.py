"""The commands that make collages: run, resume, remake, estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from collage import formats
from collage.errors import PermanentError
from collage.provenance import explain as explaining
from collage.request import rules
from collage.request.parse import parse
from collage.request.request import Request
from collage.sheet import fonts
from collage.steps.start_collage import Started
from combinatoric_collage.cli import (
    confirmation,
    input_files,
    messages,
    picture_process,
    style_pictures,
)
from combinatoric_collage.cli.common_options import Id, command
from combinatoric_collage.cli.exit_codes import AsJson, answer, console, say
from combinatoric_collage.cli.followed_run import FollowedRun
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.request_options import request_options
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.which import Where, WhereConfigured

AS_PUT = "sources/file"
"""The key of a mask file, or a font, until it is put in."""

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
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    style_picture: style_pictures.Given = None,
    font_file: FontFile = None,
    retry_refused: RetryRefused = False,
    yes: Yes = False,
    as_json: AsJson = False,
    *,
    read: tuple[Path, ...] = (),
    **options: Any,
) -> None:
    """Make a collage of PHOTO."""
    where = replace(where, lasting=True)
    styled = style_pictures.files(style_picture)
    asked = _asked(options, photo, mask_file, styled, font_file)
    to = replace(to, name=photo.stem if photo else asked.recipe)
    inputs = (photo, mask_file, font_file, *styled.values(), *read)
    to.check([file for file in inputs if file is not None])
    data, mask = _checked(photo, where), _checked(mask_file, where)
    looks = {name: _read(file, where) for name, file in styled.items()}
    font = _font(font_file)

    def start(reached: Stack) -> Started:
        to.hold(lambda: reached.identify(data, asked, mask, looks, font))
        return reached.start(
            data, options, mask, style_pictures=looks, font=font, retry_refused=retry_refused
        )

    FollowedRun(where, to, as_json, asked, yes).follow(
        start, lambda reached: reached.estimate(data, asked, mask, MOST_LOOKS, looks, font)
    )


@command
def resume(
    collage: Id,
    to: Output,
    where: WhereConfigured,
    retry_refused: RetryRefused = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a collage that failed, was cancelled or lacks tiles."""
    to.check()
    to.hold(lambda: collage)
    where = replace(where, lasting=True)
    # A laptop cloud is started for the engines of this very request, as it was at first.
    asked = where.looked_at().accepted(collage).request
    FollowedRun(where, to, as_json, asked).follow(
        lambda reached: reached.resume(collage, retry_refused=retry_refused)
    )


@command
def remake(
    file: Annotated[Path, typer.Argument(help="a collage made by this command", metavar="FILE")],
    to: Output,
    where: WhereConfigured,
    photo: AnyPhoto = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run the request of the collage FILE again on PHOTO.

    It is laid out as it was requested, whatever was made of it later.
    """
    to = replace(to, name=photo.stem if photo else None)
    # FILE itself may be replaced, by what is made again.
    to.check([photo] if photo else [])
    where = replace(where, lasting=True)
    data = _checked(photo, where)
    asked = explaining.request_of(input_files.read(file), data)
    options = asked.model_dump(mode="json")

    def start(reached: Stack) -> Started:
        to.hold(lambda: reached.identify(data, asked))
        return reached.start(data, options)

    FollowedRun(where, to, as_json, asked, yes).follow(
        start, lambda reached: reached.estimate(data, asked, most_looks=MOST_LOOKS)
    )


@request_options
@command
def estimate(
    where: WhereConfigured,
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    style_picture: style_pictures.Given = None,
    font_file: FontFile = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Say what a collage of PHOTO would take.

    Nothing is started or paid, and the laptop needs no key.
    """
    styled = style_pictures.files(style_picture)
    asked = _asked(options, photo, mask_file, styled, font_file)
    data, mask = _checked(photo, where), _checked(mask_file, where)
    looks = {name: _read(file, where) for name, file in styled.items()}
    font = _font(font_file)
    found = where.looked_at(asked).estimate(data, asked, mask, style_pictures=looks, font=font)
    if as_json:
        answer(found)
    else:
        for line in confirmation.understood(asked):
            say(line)
        messages.price(console, found, asked)


def _asked(
    options: dict[str, Any],
    photo: Path | None,
    mask_file: Path | None,
    styled: Mapping[str, Path],
    font_file: Path | None,
) -> Request:
    """The request, held to all rules that can be checked without its pictures."""
    files = {"mask_source": mask_file, "font": font_file}
    put: dict[str, Any] = {name: AS_PUT for name, file in files.items() if file}
    if styled:
        put |= {"style_pictures": dict.fromkeys(styled, style_pictures.AS_PUT)}
    asked = parse({**options, **put})
    if "seed" in options:
        # One that was drawn is that of the estimate and of the run.
        options["seed"] = asked.seed
    rules.served(asked, photo is not None)
    return asked


def _checked(photo: Path | None, where: Where) -> bytes | None:
    """The bytes of a picture that the stack will accept, as far as can be seen from here."""
    return None if photo is None else _read(photo, where)


def _read(file: Path, where: Where) -> bytes:
    limits = where.settings
    data = input_files.read(file)
    try:
        picture_process.inspect(
            data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels
        )
    except PermanentError as error:
        # Of several files it must be said which one it is.
        raise type(error)(f"{file}: {error}") from error
    return data


def _font(file: Path | None) -> bytes | None:
    """The bytes of a font that can be written with."""
    if file is None:
        return None
    data = input_files.read(file)
    fonts.check(data)
    return data
