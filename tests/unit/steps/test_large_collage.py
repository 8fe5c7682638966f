"""A large collage has an index beside it, wherever its page goes."""

import json
import re
from datetime import timedelta
from pathlib import PurePosixPath

import pytest
from moto.s3.models import s3_backends

from collage import page, records
from collage.cell_index import CellIndex
from collage.errors import InvalidRequest, NotInStore
from collage.steps.freeze_collage import freeze
from collage.store.results import script_of
from combinatoric_collage.cli.stacks import static_site
from combinatoric_collage.cli.stacks.fetch import fetch
from combinatoric_collage.cli.stored_site import InStore
from combinatoric_collage.local.aws import ACCOUNT
from tests.unit.runs import made

INTO = "shares/one/site"
SCRIPT = re.compile(rb'collageIndex\("([a-z0-9-]+)", (.*)\);\n', re.DOTALL)


@pytest.fixture
def collage(stack, monkeypatch):
    """A collage of 2 x 3 cells, where those of more than 5 are large."""
    if not page.is_built():
        pytest.skip(page.NOT_BUILT)
    monkeypatch.setattr("collage.cell_index.LARGE", 5)
    return made(stack)


def lose(stack, key):
    stack.store.s3.delete_object(Bucket=stack.store.collages, Key=key)


def said_by(script):
    return json.loads(script.removeprefix(b"window.collage = ").removesuffix(b";\n"))


def test_it_is_written_before_the_manifest(stack, collage):
    manifest = stack.store.manifest(collage)
    index = CellIndex(manifest)
    folder = f"collages/{collage}"
    assert {name: stack.get(f"{folder}/{name}") for name in index.names()} == dict(index.files())
    head = said_by(stack.get(f"{folder}/manifest.js"))
    assert head == json.loads(stack.get(f"{folder}/index/head.json"))
    assert "tiles" not in head
    assert head["index"]["scripts"] is False
    assert len(manifest.tiles) == head["index"]["tiles"] == 6


@pytest.fixture
def pages_of_two(monkeypatch):
    """Every second tile of a manifest is placed."""
    monkeypatch.setattr("collage.store.results.PLACED", 2)


EVERY_PAGE = [range(first, stop) for first in range(6) for stop in range(first + 1, 7)]


def test_a_list_of_its_tiles_reads_no_more_of_the_manifest(stack, pages_of_two, collage):
    whole, ranges = stack.store.manifest(collage).tiles, []
    stack.store.s3.meta.events.register(
        "provide-client-params.s3.GetObject",
        lambda params, **_: ranges.append((params["Key"].rpartition("/")[2], params.get("Range"))),
    )

    for some in EVERY_PAGE:
        assert tuple(stack.store.tile_records(collage, some)) == whole[some.start : some.stop]

    assert [name for name, _ in ranges] == ["tiles.json", "manifest.json"] * len(EVERY_PAGE)
    assert all(part for name, part in ranges if name == "manifest.json")


def rewritten(stack, collage, **changed):
    """The manifest is another one, whose places are not written down."""
    other = stack.store.manifest(collage).model_copy(update=changed)
    data = records.write(other)
    stack.store.put_file(collage, "", "manifest.json", data)
    return other


@pytest.mark.parametrize("title", ["A much longer title", "Short", None])
def test_a_manifest_that_is_another_by_now_is_read_whole(stack, pages_of_two, collage, title):
    other = rewritten(stack, collage, title=title)

    for some in EVERY_PAGE:
        assert tuple(stack.store.tile_records(collage, some)) == other.tiles[some.start : some.stop]


def test_so_is_one_that_ends_before_the_places(stack, pages_of_two, collage):
    tiles = stack.store.manifest(collage).tiles[:1]
    other = rewritten(stack, collage, tiles=tiles, cells=())

    assert tuple(stack.store.tile_records(collage, range(0, 1))) == other.tiles
    assert tuple(stack.store.tile_records(collage, range(4, 6))) == ()


def test_who_needs_all_of_it_is_told_where_it_is_too_long(stack, monkeypatch, collage, tmp_path):
    stored = stack.get(f"collages/{collage}/manifest.json")
    wanted = stack.store.summary(collage)
    monkeypatch.setattr("collage.store.results.MOST_BYTES", len(stored) - 1)

    with pytest.raises(InvalidRequest, match="has 0 MB; what needs all tiles"):
        stack.store.manifest(collage)
    with pytest.raises(InvalidRequest):
        freeze(stack.store, collage, INTO)
    # What is said of it as a whole, and of some of its tiles, can be had all the same, and
    # all of it where no function's memory is the limit.
    assert stack.store.is_complete(collage)
    assert stack.store.tile_keys(collage) == {tile["key"] for tile in json.loads(stored)["tiles"]}
    assert fetch(stack.store, collage, tmp_path / "out").id == collage
    assert stack.store.summary(collage) == wanted
    assert len(stack.store.tile_records(collage, range(4, 6))) == 2


def test_a_head_is_not_gone_by_whose_manifest_was_never_written(stack, collage):
    key = f"collages/{collage}/index/head.json"
    head = json.loads(stack.get(key)) | {"tile_counts": {"done": 4, "failed": 2}}
    stack.store.s3.put_object(Bucket=stack.store.collages, Key=key, Body=json.dumps(head))
    # It lies there as if it were the manifest's, and later as that of a run that ended before.
    assert stack.store.summary(collage).missing == 2
    assert not stack.store.is_complete(collage)

    s3_backends[ACCOUNT]["aws"].buckets[stack.store.collages].keys[key].last_modified += timedelta(
        seconds=1
    )

    assert stack.store.summary(collage).missing == 0
    assert stack.store.is_complete(collage)


def test_it_is_not_made_while_its_manifest_is_missing(stack, collage):
    lose(stack, f"collages/{collage}/manifest.json")

    assert not stack.store.is_complete(collage)
    with pytest.raises(NotInStore):
        stack.store.summary(collage)


def test_its_manifest_is_the_same_bytes_as_of_a_small_one(stack, collage):
    assert stack.get(f"collages/{collage}/manifest.json") == records.write(
        stack.store.manifest(collage)
    )


def test_a_copy_for_others_has_it(stack, collage):
    freeze(stack.store, collage, INTO)
    head = said_by(stack.get(f"{INTO}/manifest.js"))
    assert (head["files"]["tiles"], head["index"]["cells"]) == ("tiles", 6)
    for name, data in CellIndex(stack.store.manifest(collage)).files():
        assert stack.get(f"{INTO}/{name}") == data


@pytest.mark.parametrize("way", ["fetched", "site"])
def test_in_a_folder_it_is_of_scripts_for_a_page_that_is_opened_from_disk(
    stack, collage, tmp_path, way
):
    if way == "fetched":
        fetch(stack.store, collage, tmp_path)
    else:
        static_site.write(stack.store, collage, tmp_path, tiles=True, link=None)
    head = said_by((tmp_path / "manifest.js").read_bytes())
    assert head["index"]["scripts"] is True
    wanted = dict(CellIndex(stack.store.manifest(collage)).files())
    found = {}
    for path in (tmp_path / "index").iterdir():
        name, data = SCRIPT.fullmatch(path.read_bytes()).groups()
        assert name.decode() == path.stem
        found[f"index/{path.stem}.json"] = data
    assert found == wanted


def test_another_result_in_its_folder_leaves_nothing_of_it(stack, collage, tmp_path, monkeypatch):
    fetch(stack.store, collage, tmp_path)
    monkeypatch.setattr("collage.cell_index.LARGE", 6)
    fetch(stack.store, made(stack), tmp_path)
    assert not (tmp_path / "index").exists()


def test_a_page_of_the_store_reads_it_there_and_not_the_manifest(stack, collage):
    site = InStore(stack.store, stack.runs, collage)
    folder = PurePosixPath("collages", collage)
    lose(stack, f"collages/{collage}/manifest.json")
    assert said_by(site.read(folder / "manifest.js"))["index"]["cells"] == 6
    assert site.read(folder / "index" / "0.json") == stack.get(f"collages/{collage}/index/0.json")


def test_one_of_an_earlier_version_has_none_and_is_read_whole(stack, collage):
    lose(stack, f"collages/{collage}/index/head.json")
    site = InStore(stack.store, stack.runs, collage)
    said = said_by(site.read(PurePosixPath("collages", collage, "manifest.js")))
    assert said == stack.store.manifest(collage).model_dump(mode="json")
    assert "index" in said_by(script_of(stack.store.manifest(collage)))


@pytest.mark.parametrize("at", [[], [9], [9, 99]])
def test_places_that_are_not_all_there_are_not_gone_by(stack, pages_of_two, collage, at):
    tiles = stack.store.manifest(collage).tiles
    places = json.loads(stack.get(f"collages/{collage}/index/tiles.json"))
    stack.store.put_file(collage, "", "index/tiles.json", json.dumps(places | {"at": at}).encode())

    for some in EVERY_PAGE:
        assert tuple(stack.store.tile_records(collage, some)) == tiles[some.start : some.stop]


def test_places_of_every_none_are_refused(stack, collage):
    places = json.loads(stack.get(f"collages/{collage}/index/tiles.json"))
    stack.store.put_file(
        collage, "", "index/tiles.json", json.dumps(places | {"every": 0}).encode()
    )

    assert tuple(stack.store.tile_records(collage, range(6))) == stack.store.manifest(collage).tiles
