"""The commands `view` and `gallery`: collages in the browser."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Annotated

import typer

from collage import page
from collage.errors import InvalidRequest
from collage.watch.look import look
from combinatoric_collage.cli import gallery as galleries
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import say
from combinatoric_collage.cli.page_server import Folder, Site, serving
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack
from combinatoric_collage.cli.stacks.which import Where
from combinatoric_collage.cli.stored_site import InStore

Port = Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free")]
Open = Annotated[bool, typer.Option("--open/--no-open", help="open the browser")]


@dataclass(frozen=True)
class Viewer:
    """Serves on ``port``, 0 for one that is free, and opens the browser if ``opens``."""

    port: int
    opens: bool
    say: Callable[[str], None]

    def folder(self, folder: Path) -> None:
        """Serve a fetched collage until interrupted.

        Raises:
            InvalidRequest: when it is none.
            RunFailed: PortTaken.
        """
        if not (folder / "index.html").is_file():
            raise InvalidRequest(f"{folder} holds no fetched collage.")
        self._serve(Folder(folder), "")

    def collage(self, stack: Stack, collage: str) -> None:
        """Serve a collage of a stack, finished or under way, until interrupted.

        Raises:
            NotInStore: when there is no such collage.
            RunFailed: PortTaken, or NotBuilt where there is no page.
        """
        if not page.is_built():
            raise RunFailed("NotBuilt", page.NOT_BUILT)
        store, runs = stack.store, stack.runs
        look(store, runs, collage)
        self._serve(InStore(store, runs, collage), f"collages/{collage}/")

    def gallery(self, folder: Path, *, serves: bool) -> None:
        """Write the page of all collages below a folder and, if asked, serve it.

        Raises:
            InvalidRequest: when there is none.
            RunFailed: NotWritten, PortTaken.
        """
        try:
            file, count = galleries.write(folder)
        except OSError as error:
            raise RunFailed(
                "NotWritten", f"{folder} cannot be written: {error.strerror}."
            ) from error
        self.say(f"{file}: {count} collages")
        if serves:
            self._serve(Folder(folder), file.name)

    def _serve(self, site: Site, path: str) -> None:
        with ExitStack() as stack:
            try:
                address = stack.enter_context(serving(site, self.port)) + path
            except OSError as error:
                raise RunFailed(
                    "PortTaken", f"Port {self.port} cannot be used: {error.strerror}."
                ) from error
            self.say(f"{address}  (Ctrl-C ends it)")
            if self.opens:
                webbrowser.open(address)
            while True:
                sleep(3600)


@command
def view(
    what: Annotated[
        str,
        typer.Argument(help="a folder with a fetched collage, or a collage's id", metavar="DIR|ID"),
    ],
    where: Where,
    port: Port = 0,
    opens: Open = True,
) -> None:
    """Show a collage in the browser, finished or under way.

    It is served to this machine only, until Ctrl-C.
    """
    viewer = Viewer(port, opens, say)
    if Path(what).is_dir():
        viewer.folder(Path(what))
    elif not re.fullmatch("[0-9a-f]{20}", what):
        raise InvalidRequest(f"{what} is neither a folder nor a collage's id.")
    else:
        with where.reached() as reached:
            viewer.collage(reached, what)


@command
def gallery(
    folder: Annotated[Path, typer.Argument(help="collages lie in it or below it", metavar="DIR")],
    port: Port = 0,
    opens: Open = True,
    serves: Annotated[
        bool, typer.Option("--serve/--no-serve", help="serve the page, or only write it")
    ] = True,
) -> None:
    """Write DIR/gallery.html, a page of all collages below DIR, and show it in the browser."""
    Viewer(port, opens, say).gallery(folder, serves=serves)
