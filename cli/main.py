"""The command line.

Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 3 the run was stopped early and the
collage is of the tiles it had, 130 interrupted.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from cli import local_stack, output
from cli.options import request_options
from cli.stack import RunFailed
from collage import pipeline, request, source
from collage.errors import CollageError, InvalidRequest, NotAPicture, SourceTooLarge
from collage.settings import Settings
from local import CloudError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
)
console = Console(stderr=True)

FAILED, WRONG_INPUT, STOPPED, INTERRUPTED = 1, 2, 3, 130

Photo = Annotated[Path, typer.Argument(help="the source picture: PNG, JPEG or WebP")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="NAME=VALUE", help="a parameter of template.yaml"),
]


@app.command()
@request_options
def run(
    photo: Photo,
    out: Annotated[Path, typer.Option(help="where the results go")] = Path("out"),
    parameter: Parameters = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Make a collage of PHOTO on the laptop cloud."""
    try:
        asked = request.parse(options)
        data = _checked(photo)
        parameters = _parameters(parameter)
        with (
            output.progress(console, silent=as_json) as show,
            local_stack.running(parameters, asked) as (_, stack),
        ):
            started = stack.start(data, options)
            for progress in stack.follow(started):
                show.at(progress)
            show.done()
            manifest = stack.fetch(started["id"], out)
    except RunFailed as error:
        _fail(error.name, str(error), FAILED, as_json)
    except CollageError as error:
        _fail(error.name, str(error), WRONG_INPUT, as_json)
    except CloudError as error:
        _fail(type(error).__name__, str(error), FAILED, as_json)
    result = output.summary(manifest, out)
    if as_json:
        print(json.dumps(result))  # noqa: T201
    else:
        output.report(console, result)
    if manifest.stopped is not None:
        raise typer.Exit(STOPPED)


@app.command()
@request_options
def estimate(
    photo: Photo, parameter: Parameters = None, as_json: AsJson = False, **options: Any
) -> None:
    """Say what a collage of PHOTO would take; nothing is started or paid, and no key is needed."""
    try:
        asked = request.parse(options)
        data = _checked(photo)
        parameters = _parameters(parameter)
        with local_stack.running(parameters) as (_, stack):
            found = pipeline.estimate(stack.store, stack.tools, data, asked)
    except CollageError as error:
        _fail(error.name, str(error), WRONG_INPUT, as_json)
    except CloudError as error:
        _fail(type(error).__name__, str(error), FAILED, as_json)
    if as_json:
        print(json.dumps(found))  # noqa: T201
    else:
        output.price(console, found)


@app.command()
def up(parameter: Parameters = None) -> None:
    """Keep the laptop cloud running, for any AWS client; a picture put into it starts a collage."""
    try:
        with local_stack.running(_parameters(parameter), log=log) as (cloud, stack):
            output.welcome(console, stack, cloud.environment)
            for line in stack.watch():
                log(line)
    except InvalidRequest as error:
        _fail(error.name, str(error), WRONG_INPUT, as_json=False)
    except CloudError as error:
        _fail(type(error).__name__, str(error), FAILED, as_json=False)
    except KeyboardInterrupt:
        log("stopped")


def log(line: str) -> None:
    """Print a line to people, not to programs."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def main() -> NoReturn:
    """Run the command; SIGTERM ends it as Ctrl-C does, so that the laptop cloud stops cleanly."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


def _checked(photo: Path) -> bytes:
    limits = Settings(uploads_bucket="", collages_bucket="")
    try:
        if photo.stat().st_size > limits.max_source_bytes:
            raise SourceTooLarge(
                f"{photo} has {photo.stat().st_size:,} bytes; "
                f"at most {limits.max_source_bytes:,} are allowed."
            )
        data = photo.read_bytes()
    except OSError as error:
        raise NotAPicture(f"{photo} cannot be read: {error.strerror}.") from error
    source.inspect(data, max_bytes=limits.max_source_bytes, max_pixels=limits.max_source_pixels)
    return data


def _parameters(given: list[str] | None) -> dict[str, str]:
    pairs = [item.partition("=") for item in given or []]
    if any(not name or not equals for name, equals, _ in pairs):
        raise InvalidRequest("parameter: give it as NAME=VALUE.")
    return {name: value for name, _, value in pairs}


def _fail(name: str, message: str, code: int, as_json: bool) -> NoReturn:
    if as_json:
        print(json.dumps({"error": name, "message": message}))  # noqa: T201
    else:
        log(f"{name}: {message}")
    raise typer.Exit(code)
