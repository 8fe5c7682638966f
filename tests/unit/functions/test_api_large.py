"""The HTTP API of large collages, in which some things are not made."""

from collage.sheet import bands
from tests.unit.functions.test_api import finished


def test_a_collage_of_too_many_tiles_for_one_file_has_no_link_to_it(api, monkeypatch):
    made = finished(api.stack)
    before = api("GET", f"/collages/{made}").json["links"]

    monkeypatch.setattr(bands, "FILE_CELLS", 1)

    links = api("GET", f"/collages/{made}").json["links"]
    assert before.keys() - links.keys() == {"collage"}
