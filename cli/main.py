"""The command line. Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 interrupted."""

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
from cli.stack import RunFailed
from collage import request, source
from collage.errors import CollageError, NotAPicture, SourceTooLarge
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

WRONG_INPUT, FAILED, INTERRUPTED = 2, 1, 130

DEFAULTS = request.Request()


def _shown(field: str) -> str:
    return f"{request.Request.model_fields[field].description or field}"


@app.command()
def run(
    photo: Annotated[Path, typer.Argument(help="the source picture: PNG, JPEG or WebP")],
    out: Annotated[Path, typer.Option(help="where the results go")] = Path("out"),
    recipe: Annotated[str, typer.Option(help=_shown("recipe"))] = DEFAULTS.recipe,
    rows: Annotated[int, typer.Option(help="rows of cells")] = DEFAULTS.rows,
    cols: Annotated[int, typer.Option(help="columns of cells")] = DEFAULTS.cols,
    cell: Annotated[int, typer.Option(help=_shown("cell"), metavar="PX")] = DEFAULTS.cell,
    size: Annotated[
        str, typer.Option(help="size of a tile in pixels, a square's side or WxH", metavar="PX")
    ] = "512",
    tiles: Annotated[int | None, typer.Option(help=_shown("tiles"))] = None,
    styles: Annotated[str | None, typer.Option(help="the styles", metavar="A,B,C")] = None,
    style_count: Annotated[int | None, typer.Option(help=_shown("style_count"))] = None,
    combine: Annotated[int, typer.Option(help=_shown("combine"))] = DEFAULTS.combine,
    prompt: Annotated[str, typer.Option(help=_shown("prompt_template"))] = DEFAULTS.prompt_template,
    masks: Annotated[str, typer.Option(help=_shown("masks"), metavar="A,B,C")] = "halves",
    gap: Annotated[int, typer.Option(help=_shown("gap"), metavar="PX")] = DEFAULTS.gap,
    fit: Annotated[str, typer.Option(help="crop or pad: " + _shown("fit"))] = DEFAULTS.fit,
    seed: Annotated[int, typer.Option(help="changes every draw and picture")] = DEFAULTS.seed,
    order: Annotated[
        str, typer.Option(help="balanced or random: " + _shown("order"))
    ] = DEFAULTS.order,
    engine: Annotated[str, typer.Option(help="what paints the tiles")] = DEFAULTS.engine,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Make a collage of PHOTO on the laptop cloud."""
    options: dict[str, Any] = {
        "recipe": recipe,
        "rows": rows,
        "cols": cols,
        "cell": cell,
        "size": size,
        "tiles": tiles,
        "styles": _split(styles),
        "style_count": style_count,
        "combine": combine,
        "prompt_template": prompt,
        "masks": _split(masks),
        "gap": gap,
        "fit": fit,
        "seed": seed,
        "order": order,
        "engine": engine,
    }
    try:
        data = _checked(photo, options)
        with (
            output.progress(console, silent=as_json) as show,
            local_stack.running() as (_, stack),
        ):
            collage = stack.start(data, options)
            for progress in stack.follow(collage):
                show.at(progress)
            show.done()
            manifest = stack.fetch(collage, out)
    except CloudError as error:
        _fail(type(error).__name__, str(error), FAILED, as_json)
    except RunFailed as error:
        _fail(error.name, str(error), FAILED, as_json)
    except CollageError as error:
        _fail(error.name, str(error), WRONG_INPUT, as_json)
    result = output.summary(manifest, out)
    if as_json:
        print(json.dumps(result))  # noqa: T201
    else:
        output.report(console, result)


@app.command()
def up() -> None:
    """Keep the laptop cloud running, for any AWS client; a picture put into it starts a collage."""
    try:
        with local_stack.running(log) as (cloud, stack):
            output.welcome(console, stack, cloud.environment)
            for line in stack.watch():
                log(line)
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


def _checked(photo: Path, options: dict[str, Any]) -> bytes:
    request.parse(options)
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


def _split(value: str | None) -> list[str] | None:
    return None if value is None else [part.strip() for part in value.split(",")]


def _fail(name: str, message: str, code: int, as_json: bool) -> NoReturn:
    if as_json:
        print(json.dumps({"error": name, "message": message}))  # noqa: T201
    else:
        log(f"{name}: {message}")
    raise typer.Exit(code)
