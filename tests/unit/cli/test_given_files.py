"""The files that a command is given, by the names that people read of them."""

from pathlib import Path

import pytest
import typer

from collage.errors import NotAPicture, SourceTooLarge
from collage.settings import Settings
from combinatoric_collage.cli import given_files
from tests.unit.pictures import encode, noise, plain

LIMITS = Settings(uploads_bucket="", collages_bucket="")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(*names: str) -> list[Path]:
    files = [Path(name) for name in names]
    for number, file in enumerate(files):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(encode(noise((40, 30), number)))
    return files


def given(options, *photos: Path):
    return given_files.given(options, photos, None, None, None)


def test_a_mask_is_called_as_its_file_is_without_the_ending():
    put("window.png", "of mine/big sky.webp")
    options = {"masks": ["left", "file:window.png", "file:of mine/big sky.webp"]}

    found = given(options, *put("photo.png"))

    assert options["masks"] == ["left", "file:window", "file:big sky"]
    assert found.as_put["mask_files"].keys() == {"window", "big sky"}
    assert found.read(LIMITS).mask_files["window"] == Path("window.png").read_bytes()
    assert Path("window.png") in found.paths


def test_two_masks_of_one_name_are_refused_and_one_that_is_named_twice_is_one():
    put("a/window.png", "b/window.png")

    with pytest.raises(typer.BadParameter, match="two masks would be called 'window'"):
        given({"masks": ["file:a/window.png", "file:b/window.png"]})
    assert len(given({"masks": ["file:a/window.png", "file:a/window.png"]}).mask_files) == 1


def test_a_mask_that_a_request_has_put_in_already_is_no_file():
    options = {"masks": ["file:window"], "mask_files": {"window": "sources/a"}}

    assert given(options).mask_files == {}
    assert options["masks"] == ["file:window"]


def test_one_photo_is_the_source_and_several_have_names():
    one, *more = put("a/sea.jpg", "b/sea.jpg", "b/hill.jpg")
    alone, options = {}, {}

    single, several = given(alone, one), given(options, one, *more)

    assert (single.photo, single.sources, alone) == (one, (), {})
    assert (several.photo, several.sources) == (None, (one, *more))
    assert options["source_names"] == ["a/sea.jpg", "b/sea.jpg", "hill.jpg"]
    assert len(several.read(LIMITS).sources) == 3
    assert (single.name, several.name) == ("sea", "sea")


def test_a_name_is_one_short_line_whatever_the_file_is_called():
    odd = ["my  photo\n.png", f"{'x' * 120}.png", "a\u202eb.png"]
    options = {}

    given(options, *put(*odd))

    assert options["source_names"] == ["my photo .png", "x" * 100, "ab.png"]


def test_names_that_were_given_stay():
    options = {"source_names": ["A", "B"]}

    given(options, *put("a.png", "b.png"))

    assert options == {"source_names": ["A", "B"]}


def test_a_folder_has_a_mask_for_each_photo_of_its_name():
    photos = put("a.jpg", "b.jpg", "c.jpg")
    put("window/a.png", "window/c.webp", "window/other.png")

    found = given({"masks": ["file:window"]}, *photos)
    alone = given({"masks": ["file:window/"]}, photos[2])

    assert found.mask_files == {"window": (Path("window/a.png"), None, Path("window/c.webp"))}
    assert found.as_put["mask_files"]["window"][1] is None
    assert [file is None for file in found.read(LIMITS).mask_files["window"]] == [
        False, True, False,
    ]  # fmt: skip
    assert alone.mask_files == {"window": Path("window/c.webp")}


def test_a_folder_without_a_mask_for_any_photo_is_refused():
    put("window/other.png")

    with pytest.raises(typer.BadParameter, match="window has no mask that is called as a photo"):
        given({"masks": ["file:window"]}, *put("a.jpg", "b.jpg"))


def test_a_file_that_is_no_picture_is_told_by_its_path():
    Path("window.png").write_bytes(b"not one")
    Path("white.png").write_bytes(encode(plain((4, 4), 255, "L")))

    found = given({"masks": ["file:white.png", "file:window.png"]})

    with pytest.raises(NotAPicture, match=r"^window\.png: "):
        found.read(LIMITS)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
def test_of_a_file_without_end_no_more_is_read_than_is_allowed():
    with pytest.raises(SourceTooLarge, match=r"^/dev/zero has more than the 20,000,000 bytes"):
        given_files.picture(Path("/dev/zero"), LIMITS)
