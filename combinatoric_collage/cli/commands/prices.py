"""The command `prices`: what the pictures of each provider's models cost, and when that was so."""

from __future__ import annotations

import typer

from collage import engines
from collage.engines.price_list import PriceList
from collage.engines.provider import Provider
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import AsJson, answer


@command
def prices(as_json: AsJson = False) -> None:
    """Show the price tables that estimates and limits go by."""
    known = [
        (one, one.price_list) for one in engines.providers().values() if one.price_list is not None
    ]
    if as_json:
        records = {one.name: {"priced_on": one.priced_on, **told.record} for one, told in known}
        # The first provider's were here before there was another.
        answer({**records["openai"], "providers": records})
        return
    for index, (one, told) in enumerate(known):
        if index:
            typer.echo()
        _tell(one, told)


def _tell(provider: Provider, told: PriceList) -> None:
    typer.echo(
        f"{provider.name}: prices of {provider.priced_on}, in dollars, as others report them."
    )
    first = max(22, *(len(name) + 2 for table in told.tables for name in table.rows))
    for table in told.tables:
        typer.echo(f"\n{table.heading}")
        typer.echo(_row(first, "model", table.columns))
        for name, cells in table.rows.items():
            typer.echo(_row(first, name, cells))
    typer.echo(f"\n{told.note}")


def _row(first: int, name: str, cells: tuple[str, ...]) -> str:
    return f"{name:<{first}}" + "".join(f"{cell:>15}" for cell in cells).rstrip()
