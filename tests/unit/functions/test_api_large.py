"""The HTTP API of large collages, in which some things are not made."""

from collage.sheet import bands
from tests.unit.functions.test_api import finished


def test_a_collage_of_too_many_tiles_for_one_file_has_no_link_to_it(api, monkeypatch):
    made = finished(api.stack)
    before = api("GET", f"/collages/{made}").json["links"]

    monkeypatch.setattr(bands, "FILE_CELLS", 1)

    links = api("GET", f"/collages/{made}").json["links"]
    assert before.keys() - links.keys() == {"collage"}


def test_a_collage_of_too_many_tiles_to_say_in_time_what_goes_is_not_deleted(api):
    made = finished(api.stack)
    known = api.stack.store.progress(made)
    many = known.tiles.model_copy(update={"total": 300_001})
    api.stack.store.put_progress(known.model_copy(update={"tiles": many}))

    for method in ("GET", "POST"):
        told = api.refuses(409, method, f"/collages/{made}/deletion")
        assert "`collage delete` deletes any" in str(told)
    assert api.stack.store.deletion(made) is None
