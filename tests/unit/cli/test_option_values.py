"""Lists on the command line: as text, from files, and what is said of them before a run."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from collage.errors import InvalidRequest
from collage.request.parse import parse
from combinatoric_collage.cli import confirmation, option_values
from combinatoric_collage.cli.application import app
from combinatoric_collage.cli.request_options import _files

PAID = {"tiles": 201, "calls": 201, "paid": 101, "reused": 0, "usd": 4.04, "minutes": 21.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "subjects.txt").write_text("# rows\na red, small cat\n\na dog\n", "utf-8")
    (tmp_path / "grid.csv").write_text(
        'subject,style,seed,negative_prompt\n"a red, small cat",Cubism,1-3,\n'
        'a dog,Op Art,9,"blurry, dark"\n,Cubism,,none\n',
        "utf-8",
    )
    return tmp_path


def test_a_list_is_read_from_a_file_a_value_a_line(folder: Path) -> None:
    assert option_values.listed(f"@{folder / 'subjects.txt'}", "--subjects") == [
        "a red, small cat",
        "a dog",
    ]


def test_axes_are_read_from_text_and_files(folder: Path) -> None:
    found = option_values.axes(
        ["seed=1,3..9", f"model=@{folder / 'subjects.txt'}", 'negative_prompt="a, b",c']
    )

    assert found == {
        "seed": ["1", "3", "5", "7", "9"],
        "model": ["a red, small cat", "a dog"],
        "negative_prompt": ["a, b", "c"],
    }


@pytest.mark.parametrize("name", ["prompt_sr", "prompt sr", "Prompt S/R", "PROMPT-SR"])
def test_an_axis_may_be_written_as_people_say_it(name: str) -> None:
    assert option_values.axes([f"{name}=a dog,a cat"]) == {"prompt_sr": ["a dog", "a cat"]}


def test_numbers_of_styles_are_a_range() -> None:
    assert option_values.axes(["combine=1-3"]) == {"combine": ["1", "2", "3"]}


def test_a_table_has_an_axis_a_column(folder: Path) -> None:
    assert option_values.axes([f"@{folder / 'grid.csv'}"]) == {
        "subjects": ["a red, small cat", "a dog"],
        "styles": ["Cubism", "Op Art"],
        "seed": ["1", "2", "3", "9"],
        "negative_prompt": ["blurry, dark", "none"],
    }


def test_files_of_lists_are_among_those_that_results_may_not_replace() -> None:
    used = {"subjects": "@a.txt", "styles": "Cubism", "axes": ["seed=1", "@b.csv", "model=@c"]}

    found = _files(Path("r.json"), {**used, "words": ["w.txt"]})

    assert {*map(str, found)} == {"r.json", "w.txt", "a.txt", "b.csv", "c"}


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        ("seed", "give it as NAME=VALUE"),
        ("seed=5-1", "does not go up"),
        ('negative_prompt="a', "a quote is not closed"),
        ("@gone.csv", "there is no file gone.csv"),
        ("seed=@gone.txt", "there is no file gone.txt"),
    ],
)
def test_an_axis_that_cannot_be_read_is_refused(axis: str, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        option_values.axes([axis])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "is no CSV: it is empty"),
        ('seed\n"1', "is no CSV"),
        ("subject\na red, small cat", "row 2 has more values"),
        ("seed,seed\n1,2", "given twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(table: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(table, "utf-8")

    with pytest.raises(typer.BadParameter, match=said):
        option_values.axes([f"@{tmp_path / 't.csv'}"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--subjects", '"a, b'], "a quote is not closed"),
        (["--subjects", "@gone.txt"], "there is no file gone.txt"),
        (["--styles", "Cubism", "--axis", "style=Baroque"], "styles are given twice"),
        (["--axis", "seed=1", "--axis", "seed=2"], "the axis seed is given twice"),
        (["--words", "gone.txt"], "there is no file gone.txt"),
    ],
)
def test_the_command_refuses_lists_before_anything_runs(options: list[str], said: str) -> None:
    ended = CliRunner().invoke(app, ["estimate", "--recipe", "matrix", *options])

    assert ended.exit_code == 2
    assert said in " ".join(ended.output.replace("│", " ").split())


def test_every_list_is_said_as_it_was_understood() -> None:
    asked = parse(
        {
            "recipe": "matrix",
            "subjects": ["a red, small cat", "a dog"],
            "styles": ["Cubism"],
            "axes": {"seed": [str(seed) for seed in range(9)]},
        }
    )

    assert list(confirmation.understood(asked)) == [
        "subjects (2): a red, small cat | a dog",
        "seed (9): 0 | 1 | 2 | 3 | 4 | 5 | and 3 more",
    ]
    assert list(confirmation.understood(parse({"recipe": "samples", "prompt": "a {cat|dog}"}))) == [
        "prompts (2): a cat | a dog"
    ]
    assert not list(confirmation.understood(parse({})))


def test_many_paid_calls_are_agreed_to_first() -> None:
    said: list[str] = []

    confirmation.agree(PAID, lambda question: bool(said.append(question)) or True)

    assert said == ["These are 101 paid calls, about $4.04. Go on?"]
    with pytest.raises(typer.Abort):
        confirmation.agree(PAID, lambda question: False)
    with pytest.raises(InvalidRequest, match=r"calls: these are 101 paid calls.* --yes"):
        confirmation.agree(PAID, None)


@pytest.mark.parametrize("more", [{"paid": 100}, {"minutes": None}])
def test_a_hundred_paid_calls_and_any_number_of_free_ones_are_not_asked_for(more: dict) -> None:
    confirmation.agree({**PAID, **more}, None)


def test_only_what_asks_a_provider_is_paid() -> None:
    assert confirmation.may_be_paid(parse({"engine": "openai"}))
    assert confirmation.may_be_paid(parse({"upscale": 2, "upscaler": "stable-fast-upscale"}))
    assert not confirmation.may_be_paid(parse({"upscale": 2, "upscaler": "span"}))
    assert not confirmation.may_be_paid(parse({}))
    assert confirmation.may_be_paid(
        parse({"recipe": "matrix", "axes": {"engine": ["painter", "openai"]}})
    )
