"""The command `prices`: what the pictures of each image model cost, and when that was so."""

from __future__ import annotations

from dataclasses import asdict

import typer

from collage.engines.openai.prices import FINER, PRICED_ON, PRICES, REFERENCE_TOKENS
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import AsJson, answer


@command
def prices(as_json: AsJson = False) -> None:
    """Show the price table that estimates and limits go by."""
    if as_json:
        models = {name: asdict(known) for name, known in PRICES.items()}
        answer({"priced_on": PRICED_ON, "reference_tokens": REFERENCE_TOKENS, "models": models})
        return
    typer.echo(f"Prices of {PRICED_ON}, in dollars, as others report them.\n")
    typer.echo("One picture of 1024 x 1024; in brackets of 1536 x 1024, where that is its own.")
    typer.echo(_row("model", [*FINER, "sent along"]))
    for name, known in PRICES.items():
        cells = [_cell(known.square.get(q), known.oblong.get(q)) for q in FINER]
        typer.echo(_row(name, [*cells, f"{known.reference:.3f}"]))
    typer.echo("\nA million tokens, by which answers that tell them are settled.")
    typer.echo(_row("model", ["text in", "image in", "image out"]))
    for name, known in PRICES.items():
        typer.echo(_row(name, [f"{n:g}" for n in (known.text, known.image, known.output)]))
    typer.echo(
        "\nOther sizes cost in proportion to their pixels. A later point version costs what the\n"
        "latest before it does, any other model the most of these. --usd-per-image, or the\n"
        "parameter UsdPerImage, says what a picture costs at a server of your own."
    )


def _cell(square: float | None, oblong: float | None) -> str:
    if square is None:
        return "-"
    return f"{square:.3f}" if oblong is None else f"{square:.3f} ({oblong:.3f})"


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<22}" + "".join(f"{cell:>15}" for cell in cells).rstrip()
