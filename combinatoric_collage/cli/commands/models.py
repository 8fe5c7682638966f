"""The command `models`: weights for the engine `diffusion`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from combinatoric_collage.cli import torch_python
from combinatoric_collage.local import CloudError

FAILED = 1

models = typer.Typer(help="Make models for the engine diffusion.", no_args_is_help=True)

Folder = Annotated[
    Path,
    typer.Option(
        "--models",
        metavar="DIR",
        envvar=torch_python.VARIABLE,
        file_okay=False,
        help="the folder of models",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME")]


@models.callback()
def _group() -> None:
    """Commands about the folder that --models or COLLAGE_MODELS names."""


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


@models.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="what --model will call it")],
    origin: Annotated[
        str, typer.Argument(metavar="FOLDER|FILE|hub:REPO@REVISION", help="where it lies")
    ],
    folder: Folder,
    loras: Annotated[
        list[str] | None,
        typer.Option("--lora", metavar="FILE[:0.8]", help="a LoRA and its strength; repeat it"),
    ] = None,
    controlnet: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|hub:REPO@REVISION[:0.5]",
            help="a ControlNet that holds pictures to their sources, and its strength",
        ),
    ] = None,
    controlnet_kind: Annotated[
        str,
        typer.Option(metavar="KIND", help="what it is shown of a source: canny (edges) or tile"),
    ] = "canny",
    ip_adapter: Annotated[
        str | None,
        typer.Option(
            metavar="FILE[:0.6]",
            help="an IP-Adapter for --style-picture, image_encoder/ beside it, and its strength",
        ),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="the pipeline whose form a single file has"),
    ] = None,
    defaults: Annotated[
        list[str] | None,
        typer.Option("--default", metavar="OPTION=VALUE", help="such as num_inference_steps=8"),
    ] = None,
    native: Annotated[
        int | None, typer.Option(metavar="PIXELS", help="the side that it was trained on")
    ] = None,
    licence: Annotated[str, typer.Option(help="under which it is published")] = "unknown",
    trusted: Annotated[
        bool, typer.Option("--i-trust-these-files", help="take pickles, which may hold code")
    ] = False,
) -> None:
    """Add a model of your own, from what diffusers saved, one file, or a repository.

    What it can do and how is read from its own files; it is loaded once to see that it can be.
    """
    words = [name, origin, "--licence", licence]
    words += _each("--lora", loras) + _each("--default", defaults)
    words += _given("--controlnet", controlnet) + _given("--ip-adapter", ip_adapter)
    words += ["--controlnet-kind", controlnet_kind, *_given("--like", like)]
    words += _given("--native", native)
    words += ["--i-trust-these-files"] if trusted else []
    _manage(folder, "add", words, torch=True)


@models.command(name="list")
def list_models(folder: Folder) -> None:
    """List the models of the folder: digest, size, licence, origin, and what each can do."""
    _manage(folder, "list")


@models.command()
def check(
    folder: Folder, name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None
) -> None:
    """Hold the files of one model, or of all, against the digests in manifest.json."""
    _manage(folder, "check", [] if name is None else [name])


@models.command()
def pin(names: Annotated[list[str], typer.Argument(metavar="NAME...")]) -> None:
    """Write into models.toml which commits and files are published now.

    It asks the Hugging Face Hub. Names are those that python -m tasks.diffusion.prepare lists.
    """
    _ended(lambda: torch_python.pin(names))


@models.command()
def remove(name: Name, folder: Folder) -> None:
    """Remove a model from the folder, and its files."""
    _manage(folder, "remove", [name])


def _each(option: str, values: Iterable[str] | None) -> list[str]:
    return [word for value in values or () for word in (option, value)]


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [option, str(value)]


def _manage(folder: Path, command: str, words: Iterable[str] = (), *, torch: bool = False) -> None:
    _ended(lambda: torch_python.manage(folder, [command, *words], torch=torch))


def _ended(run: Callable[[], int]) -> None:
    """Run the task's own code, and end as it ends."""
    try:
        code = run()
    except CloudError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(FAILED) from None
    if code:
        raise typer.Exit(FAILED)
