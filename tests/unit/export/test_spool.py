"""A ZIP file that is handed on while it is written."""

import io
import zipfile

import pytest

from collage.export.spool import Archive


def test_what_is_written_is_read_by_others_and_only_one_entry_is_held():
    pieces = []
    archive = Archive(pieces.append, "2026-01-15T09:31:40+00:00")
    pictures = {f"Größe-浮世絵-{i}.png": bytes([i]) * 100_000 for i in range(5)}
    for name, data in pictures.items():
        archive.add(name, data)
    archive.add("manifest.json", b"{}" * 1000, compress=True)
    archive.finish()

    assert max(map(len, pieces)) < 101_000
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as read:
        assert read.testzip() is None
        found = {info.filename: info for info in read.infolist()}
        assert {name: read.read(name) for name in pictures} == pictures
    assert list(found) == [*pictures, "manifest.json"]
    for info in found.values():
        # Sizes and checksum stand before the entry, not behind it.
        assert not info.flag_bits & 0x08
        assert info.date_time == (2026, 1, 15, 9, 31, 40)
    assert found["manifest.json"].compress_type == zipfile.ZIP_DEFLATED


def test_what_was_handed_on_is_not_written_over():
    archive = Archive(lambda _: None, "2026-01-15T09:31:40+00:00")
    archive.add("a", b"a")

    with pytest.raises(OSError, match="handed on"):
        archive._window.seek(0)
