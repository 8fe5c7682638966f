"""A function becomes a command: its groups of options, how it is hushed, how it ends."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.testing import CliRunner

from collage.errors import InvalidRequest
from collage.request.relayout import LayoutAsked
from combinatoric_collage.cli.commands.assemble import layout_options
from combinatoric_collage.cli.common_options import command
from combinatoric_collage.cli.exit_codes import AsJson, console


@dataclass(frozen=True)
class Oven:
    degrees: Annotated[int, typer.Option("--heat")] = 180
    fan: Annotated[bool, typer.Option("--fan")] = False
    brand: str = "no option"


def used(*words: str) -> tuple[Any, dict[str, Any]]:
    """What a command with a group of options is called with, and how it ended."""
    seen: dict[str, Any] = {}

    @command
    def bake(loaf: str, oven: Oven, as_json: AsJson = False) -> None:
        seen.update(loaf=loaf, oven=oven, quiet=console.quiet)
        if loaf == "stone":
            raise InvalidRequest("loaf: it is a stone.")

    app = typer.Typer()
    app.command()(bake)
    return CliRunner().invoke(app, list(words)), seen


def test_a_group_of_options_comes_as_one_value() -> None:
    done, seen = used("rye", "--heat", "220", "--fan")

    assert done.exit_code == 0
    assert seen == {"loaf": "rye", "oven": Oven(220, True), "quiet": False}
    assert used("rye")[1]["oven"] == Oven()


def test_fields_that_are_no_options_are_not_offered() -> None:
    done, _ = used("rye", "--brand", "mine")

    assert done.exit_code == 2
    assert "No such option" in done.stderr


def test_a_command_is_hushed_for_its_own_time_only() -> None:
    assert used("rye", "-q")[1]["quiet"]
    assert not used("rye")[1]["quiet"]


def test_what_goes_wrong_in_a_command_is_one_sentence_or_one_object() -> None:
    said, as_object = used("stone")[0], used("stone", "--json")[0]

    assert (said.exit_code, said.stderr) == (2, "InvalidRequest: loaf: it is a stone.\n")
    assert (as_object.exit_code, as_object.stdout) == (
        2,
        '{"error": "InvalidRequest", "message": "loaf: it is a stone."}\n',
    )


def test_every_field_of_a_new_layout_is_an_option_and_only_what_was_given_comes() -> None:
    seen: list[dict[str, Any]] = []

    @layout_options
    @command
    def lay(as_json: AsJson = False, **changes: Any) -> None:
        seen.append(changes)

    app = typer.Typer()
    app.command()(lay)
    words = ["--rows", "2", "--cols", "3", "--cell", "64", "--gap", "-4", "--no-labels"]
    words += ["--title", "t", "--border", "1", "--background", "red", "--format", "webp"]
    words += ["--sort", "hue", "--seed", "7", "--dpi", "300", "--no-joined"]
    CliRunner().invoke(app, words, catch_exceptions=False)
    CliRunner().invoke(app, [], catch_exceptions=False)

    every, none = seen
    assert every.keys() == LayoutAsked.model_fields.keys() - {"only"}
    assert (every["gap"], every["labels"], every["sort"]) == (-4, False, "hue")
    assert none == {}
