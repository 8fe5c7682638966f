"""Where results go: no collage is written over another."""

import os
from pathlib import Path

import pytest

from collage.errors import InvalidRequest
from collage.manifest import Manifest
from combinatoric_collage.cli.output_folder import Output
from combinatoric_collage.cli.result_files import Results

SHIPPED = Path(__file__).parents[2] / "fixtures" / "records" / "0.1.0" / "manifest.json"
ONE, OTHER = "0123456789abcdef0123", "fedcba98765432100123"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(folder: Path, collage: str) -> None:
    """A result of a collage in a folder, as far as its manifest goes."""
    manifest = Manifest.model_validate_json(SHIPPED.read_bytes())
    results = Results(folder)
    results.begin(["manifest.json"])
    results.write(
        "manifest.json", manifest.model_copy(update={"id": collage}).model_dump_json().encode()
    )
    results.end(["manifest.json"])


def test_a_collage_has_a_folder_by_its_name_and_id() -> None:
    assert Output(name="photo").folder(ONE) == Path("out/photo-01234567")
    assert Output(name="photo").folder(OTHER) == Path("out/photo-fedcba98")
    assert Output(name="x" * 300).folder(ONE) == Path("out") / f"{'x' * 100}-01234567"
    assert Output(Path("mine"), name="photo").folder(ONE, "layouts/ab") == Path("mine")


def test_where_only_the_id_is_known_the_folder_is_the_one_that_has_it() -> None:
    assert Output().folder(ONE) == Path("out/collage-01234567")
    put(Path("out/farm-01234567"), ONE)
    put(Path("out/barn-fedcba98"), ONE)

    assert Output().folder(ONE) == Path("out/farm-01234567")
    assert Output().folder(OTHER) == Path("out/collage-fedcba98")


def test_another_layout_lies_beside_the_first() -> None:
    put(Path("out/farm-01234567"), ONE)

    assert Output().folder(ONE, "layouts/9a8b7c6d5e4f") == Path("out/farm-01234567-9a8b7c6d")


def test_a_named_folder_with_another_collage_is_refused() -> None:
    put(Path("mine"), ONE)

    Output(Path("mine")).hold(lambda: ONE)
    Output(Path("mine"), force=True).hold(lambda: OTHER)
    Output(Path("new")).hold(lambda: pytest.fail("nothing lies there"))
    Output().hold(lambda: pytest.fail("it has a folder of its own"))
    with pytest.raises(InvalidRequest, match=f"out: mine holds the collage {ONE}.* --force"):
        Output(Path("mine")).hold(lambda: OTHER)


def test_a_place_that_is_no_folder_is_refused_before_a_run() -> None:
    Path("out").touch()

    with pytest.raises(InvalidRequest, match="out: out is no folder that can be written to"):
        Output(name="photo").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_is_not_writable_is_refused_before_a_run() -> None:
    Path("out").mkdir(mode=0o500)

    with pytest.raises(InvalidRequest, match="out: out is no folder that can be written to"):
        Output(name="photo").check()
