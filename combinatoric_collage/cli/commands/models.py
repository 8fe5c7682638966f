"""The command `models`: weights for the engine `diffusion`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from combinatoric_collage.cli import torch_python
from combinatoric_collage.local import CloudError

FAILED = 1

models = typer.Typer(help="Make models for the engine diffusion.", no_args_is_help=True)


@models.callback()
def _group() -> None:
    """A group, although it has one command."""


@models.command()
def tiny(
    folder: Annotated[Path, typer.Argument(help="where they go", metavar="DIR")],
) -> None:
    """Make tiny models with random weights in DIR, to try the plumbing with.

    Their pictures are noise. Real weights are prepared by python -m tasks.diffusion.prepare.
    """
    try:
        torch_python.make_tiny(folder)
    except CloudError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(FAILED) from None
    typer.echo(f"models are in {folder}: collage run PHOTO --engine diffusion --models {folder}")
