"""Looking for many tiles at once: the right ones are found, by few requests."""

import pytest

from collage.digest import sha256
from collage.errors import StoreUnavailable
from collage.store import lookup


def keys(count, name="tile"):
    return [sha256(f"{name} {number}".encode()) for number in range(count)]


@pytest.fixture
def tiles(stack):
    """Puts the files of finished tiles, by their keys."""

    def put(wanted, endings=("png", "32x32.png", "json")):
        for key in wanted:
            for ending in endings:
                stack.store.s3.put_object(
                    Bucket=stack.store.collages, Key=f"tiles/{key}.{ending}", Body=b"x"
                )

    return put


@pytest.fixture
def asked(stack):
    """The operations of S3 that were asked for, with the names of pages cut to a size."""
    made = []
    events = stack.store.s3.meta.events
    for name in ("ListObjectsV2", "HeadObject", "GetObject"):
        events.register(
            f"provide-client-params.s3.{name}", lambda params, name=name, **_: made.append(name)
        )
    return made


def pages_of(stack, size):
    """Have S3 answer a listing with so many names at most, from now on."""
    events, name = stack.store.s3.meta.events, "provide-client-params.s3.ListObjectsV2"
    events.unregister(name, unique_id="pages")
    events.register(name, lambda params, **_: {**params, "MaxKeys": size}, unique_id="pages")


@pytest.mark.parametrize(("wanted", "others"), [(1, 0), (40, 0), (40, 200), (0, 20)])
def test_those_that_are_there_are_found_among_others(stack, tiles, monkeypatch, wanted, others):
    monkeypatch.setattr(lookup, "TOGETHER", 15)
    mine = keys(wanted)
    tiles([*mine[::2], *keys(others, "other")], endings=("png", "json"))

    for page in (3, 10, 1000):
        pages_of(stack, page)
        assert lookup.there(stack.store, mine) == set(mine[::2])


def test_of_an_empty_store_one_request_tells_all(stack, asked):
    assert lookup.there(stack.store, keys(200)) == set()
    assert asked == ["ListObjectsV2"]


def test_a_page_tells_of_all_that_lie_on_it(stack, tiles, asked):
    mine = keys(100)
    tiles(mine)

    assert lookup.there(stack.store, mine) == set(mine)
    assert asked == ["ListObjectsV2"]


def test_tiles_that_lie_far_apart_are_asked_for_one_by_one(stack, tiles, asked):
    pages_of(stack, 3)
    mine = keys(20)
    tiles([*mine[:5], *keys(100, "other")], endings=("json",))

    assert lookup.there(stack.store, mine) == set(mine[:5])
    assert asked.count("ListObjectsV2") == 1
    assert asked.count("HeadObject") >= 16


def test_a_store_that_does_not_answer_is_told_so(stack):
    def fail(**_):
        raise StoreUnavailable("Busy.")

    stack.store.s3.meta.events.register("before-call.s3.ListObjectsV2", fail)

    with pytest.raises(StoreUnavailable):
        lookup.there(stack.store, keys(3))


@pytest.mark.parametrize("page", [1, 4, 1000])
def test_tiles_that_were_half_written_are_not_finished(stack, tiles, page):
    pages_of(stack, page)
    mine = keys(30)
    tiles(mine[::3])
    tiles(mine[1::3], endings=("png", "provider"))
    tiles(keys(5, "other"))

    assert lookup.finished(stack.store, mine) == set(mine[::3])
