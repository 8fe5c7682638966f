"""The command line.

Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 3 the run was stopped early and the
collage is of the tiles it had, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from cli import local_stack, output
from cli.explain import explain
from cli.options import request_options
from cli.stack import RunFailed, Stack, deployed
from cli.view import Viewer
from collage import explain as explaining
from collage import pipeline, request, rules, source
from collage.errors import CollageError, InvalidRequest, NotAPicture
from collage.manifest import Manifest
from collage.pipeline import Started
from collage.request import Request
from collage.settings import Settings
from local import CloudError, ParameterError, StateError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Combinatoric collages: every pair of art styles repaints a part of your picture.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 3 stopped early, with a "
    "collage of the tiles there were, 130 interrupted.",
)
console = Console(stderr=True)

FAILED, WRONG_INPUT, STOPPED, INTERRUPTED = 1, 2, 3, 130

AnyPhoto = Annotated[
    Path | None,
    typer.Argument(
        help="the source picture: PNG, JPEG or WebP; some recipes need none",
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
Id = Annotated[str, typer.Argument(help="the collage's id", metavar="ID")]
Out = Annotated[Path, typer.Option(help="where the results go")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
State = Annotated[
    Path, typer.Option(help="where the laptop cloud keeps what was made", show_default="your cache")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="NAME=VALUE", help="a parameter of template.yaml"),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free")]
Open = Annotated[bool, typer.Option("--open/--no-open", help="open the browser")]
STATE = local_stack.default_state()


@app.command()
@request_options
def run(
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    out: Out = Path("out"),
    state: State = STATE,
    parameter: Parameters = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Make a collage of PHOTO on the laptop cloud."""
    with _failures(as_json):
        asked = _asked(options, photo, mask_file)
        data, mask = (_checked(path, parameter) if path else None for path in (photo, mask_file))
        _follow(lambda s: s.start(data, options, mask), asked, out, state, parameter, as_json)


@app.command()
def resume(
    collage: Id,
    out: Out = Path("out"),
    state: State = STATE,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a collage that failed or lacks tiles."""
    with _failures(as_json):
        _follow(lambda s: s.resume(collage), None, out, state, parameter, as_json)


@app.command()
def remake(
    file: Annotated[Path, typer.Argument(help="a collage made by this command", metavar="FILE")],
    photo: AnyPhoto = None,
    out: Out = Path("out"),
    state: State = STATE,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Run the request of the collage FILE again on PHOTO.

    It is laid out as it was requested, whatever was made of it later.
    """
    with _failures(as_json):
        data = _checked(photo, parameter) if photo else None
        asked = explaining.request_of(_read(file), data)
        options = asked.model_dump(mode="json")
        _follow(lambda s: s.start(data, options), asked, out, state, parameter, as_json)


@app.command()
@request_options
def estimate(
    photo: AnyPhoto = None,
    mask_file: MaskFile = None,
    state: State = STATE,
    parameter: Parameters = None,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Say what a collage of PHOTO would take.

    Nothing is started or paid, and no key is needed.
    """
    with _failures(as_json):
        asked = _asked(options, photo, mask_file)
        data, mask = (_checked(path, parameter) if path else None for path in (photo, mask_file))
        with local_stack.running(_parameters(parameter), state=state) as (_, stack):
            found = pipeline.estimate(stack.store, stack.tools, data, asked, mask)
        if as_json:
            print(json.dumps(found))  # noqa: T201
        else:
            output.price(console, found, asked)


@app.command()
def assemble(
    collage: Id,
    rows: Annotated[int | None, typer.Option(help="rows of cells")] = None,
    cols: Annotated[int | None, typer.Option(help="columns of cells")] = None,
    cell: Annotated[int | None, typer.Option(metavar="PX", help="width of a cell")] = None,
    gap: Annotated[int | None, typer.Option(metavar="PX", help="below 0 cells overlap")] = None,
    sort: Annotated[str, typer.Option(help="style, mask, hue or shuffle")] = "shuffle",
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
        str | None, typer.Option("--format", metavar="png|jpeg|webp", help="of the collage")
    ] = None,
    out: Out = Path("out"),
    state: State = STATE,
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
    with _failures(as_json):
        request.parse_relayout(changes)
        with local_stack.running({}, state=state) as (_, stack):
            manifest = stack.fetch(collage, out, stack.assemble(collage, changes))
        _report(manifest, out, as_json)


@app.command()
def up(state: State = STATE, parameter: Parameters = None) -> None:
    """Keep the laptop cloud running, for any AWS client.

    A picture put under uploads/ of its bucket starts a collage.
    """
    with _failures(as_json=False):
        parameters = _parameters(parameter)
        with local_stack.running(parameters, state=state) as (cloud, stack):
            output.welcome(console, stack, cloud.environment, state)
            for line in stack.watch():
                log(line)


@app.command()
def view(
    what: Annotated[
        str,
        typer.Argument(help="a folder with a fetched collage, or a collage's id", metavar="DIR|ID"),
    ],
    port: Port = 0,
    opens: Open = True,
    state: State = STATE,
    stack: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="a stack that runs, by your AWS settings, and has the ID"
        ),
    ] = None,
) -> None:
    """Show a collage in the browser, finished or under way.

    It is served to this machine only, until Ctrl-C.
    """
    viewer = Viewer(port, opens, log)
    with _failures(as_json=False):
        if Path(what).is_dir():
            viewer.folder(Path(what))
        elif stack is not None:
            viewer.collage(deployed(stack), what)
        else:
            with local_stack.running({}, state=state) as (_, own):
                viewer.collage(own, what)


@app.command()
def gallery(
    folder: Annotated[Path, typer.Argument(help="collages lie in it or below it", metavar="DIR")],
    port: Port = 0,
    opens: Open = True,
    serves: Annotated[
        bool, typer.Option("--serve/--no-serve", help="serve the page, or only write it")
    ] = True,
) -> None:
    """Write DIR/gallery.html, a page of all collages below DIR, and show it in the browser."""
    with _failures(as_json=False):
        Viewer(port, opens, log).gallery(folder, serves=serves)


@app.command()
def clean(state: State = STATE) -> None:
    """Remove all that the laptop cloud keeps.

    Its collages and tiles go, paid ones too, and the count of what was spent today.
    """
    with _failures(as_json=False):
        log(f"{state} removed" if local_stack.clean(state) else f"there is nothing at {state}")


app.command()(explain)


def _asked(options: dict[str, Any], photo: Path | None, mask_file: Path | None) -> Request:
    """The request, held to all rules that can be checked without its pictures."""
    given = {**options, **({"mask_source": str(mask_file)} if mask_file else {})}
    asked = request.parse(given)
    rules.served(asked, photo is not None)
    return asked


def _follow(
    start: Callable[[Stack], Started],
    asked: Request | None,
    out: Path,
    state: Path,
    parameter: list[str] | None,
    as_json: bool,
) -> None:
    parameters = _parameters(parameter)
    _writable(out)
    with (
        output.progress(console, silent=as_json) as show,
        local_stack.running(parameters, asked, state=state) as (_, stack),
    ):
        started = start(stack)
        try:
            for progress in stack.follow(started):
                show.at(progress)
            show.done()
            manifest = stack.fetch(started["id"], out)
        except (RunFailed, KeyboardInterrupt):
            log(f"collage {started['id']} can go on: collage resume {started['id']}")
            raise
    _report(manifest, out, as_json)


def _report(manifest: Manifest, out: Path, as_json: bool) -> None:
    result = output.summary(manifest, out)
    if as_json:
        print(json.dumps(result))  # noqa: T201
    else:
        output.report(console, result)
    if manifest.stopped is not None:
        raise typer.Exit(STOPPED)


@contextmanager
def _failures(as_json: bool) -> Iterator[None]:
    """Say in one sentence what went wrong, and end with the code that stands for it."""
    try:
        yield
    except RunFailed as error:
        _fail(error.name, str(error), FAILED, as_json)
    except CollageError as error:
        _fail(error.name, str(error), WRONG_INPUT, as_json)
    except ParameterError as error:
        _fail(type(error).__name__, str(error), WRONG_INPUT, as_json)
    except StateError as error:
        _fail(type(error).__name__, f"{error} Or give another --state.", FAILED, as_json)
    except CloudError as error:
        _fail(type(error).__name__, str(error), FAILED, as_json)


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


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotAPicture(f"{file} cannot be read: {error.strerror}.") from error


def _checked(photo: Path, parameter: list[str] | None) -> bytes:
    """The bytes of a source that the stack will accept, as far as can be seen from here."""
    given = _parameters(parameter)
    limits = Settings(uploads_bucket="", collages_bucket="")
    data = _read(photo)
    source.inspect(
        data,
        max_bytes=_million(given, "MaxSourceMegabytes") or limits.max_source_bytes,
        max_pixels=_million(given, "MaxSourceMegapixels") or limits.max_source_pixels,
    )
    return data


def _million(given: dict[str, str], name: str) -> int:
    value = given.get(name, "")
    return int(value) * 1_000_000 if value.isdecimal() else 0


def _writable(out: Path) -> None:
    """Refuse an output folder before anything is made for it."""
    there = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InvalidRequest(f"out: {out} is no folder that can be written to.")


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


if __name__ == "__main__":
    main()
