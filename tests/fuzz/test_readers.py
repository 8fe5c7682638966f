"""Records and pictures that were changed anywhere: read, or said to be what they are by name."""

import json
import os
import subprocess
import sys
import zlib
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collage import errors, records
from collage.errors import CollageError, UnreadableRecord
from collage.formats import metadata, png
from collage.formats.description import Description
from collage.manifest import Failure, Manifest
from collage.pictures import mask_files, source
from collage.plan import Plan, Styles
from collage.prepared import Prepared
from collage.progress import Progress
from collage.provenance import explain
from collage.request.accepted import Accepted
from collage.tile import Sidecar
from tests.fuzz.conftest import PROFILE
from tests.fuzz.test_doors import JSON

SHIPPED = Path(__file__).parents[1] / "fixtures" / "records" / "0.1.0"
MODELS = {
    "request": Accepted, "styles": Styles, "prepared": Prepared, "plan": Plan, "tile": Sidecar,
    "progress": Progress, "manifest": Manifest, "failure": Failure,
}  # fmt: skip
PICTURES = [(SHIPPED / f"collage.{end}").read_bytes() for end in ("png", "jpeg", "webp")]
COLLAGE = metadata.read(PICTURES[0]).record
assert COLLAGE is not None


def places(value: Any) -> list[tuple[Any, ...]]:
    """The paths to everything in a piece of JSON."""
    items = enumerate(value) if isinstance(value, list) else getattr(value, "items", list)()
    return [(), *((key, *rest) for key, inner in items for rest in places(inner))]


def changed(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    """The same JSON with another value at a path."""
    if not path:
        return to
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = changed(value[path[0]], path[1:], to)
    return copied


@st.composite
def broken(draw: st.DrawFn, data: bytes) -> bytes:
    """A file with bytes changed, cut out, put in or repeated."""
    made = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(made) - 1)))
        until = at + draw(st.integers(0, 40))
        made[at:until] = draw(st.binary(max_size=12) | st.just(bytes(made[at:until]) * 2))
    return bytes(made)


@PROFILE
@given(st.sampled_from(sorted(MODELS)), st.data())
def test_a_record_is_read_or_unreadable(name: str, data: st.DataObject) -> None:
    whole = (SHIPPED / f"{name}.json").read_bytes()
    said = json.loads(whole)
    path = data.draw(st.sampled_from(places(said)))
    text = json.dumps(changed(said, path, data.draw(JSON))).encode("utf-8", "replace")

    for found in (text, data.draw(broken(whole))):
        with suppress(UnreadableRecord):
            records.read(MODELS[name], found, name)


@PROFILE
@given(st.data())
def test_a_picture_explains_itself_or_says_why_not(data: st.DataObject) -> None:
    picture = data.draw(st.sampled_from(PICTURES).flatmap(broken))

    for read in READINGS:
        with suppress(CollageError):
            read(picture)


READINGS: list[Callable[[bytes], object]] = [
    explain.explain,
    lambda picture: explain.explain(picture, at=(9, 9)),
    lambda picture: explain.explain(picture, cell=(0, 1)),
    explain.request_of,
    lambda picture: source.inspect(picture, max_bytes=10**6, max_pixels=10**6),
    lambda picture: source.prepare(picture, (64, 48), "crop"),
    lambda picture: mask_files.alpha(picture, (64, 48)),
]


@PROFILE
@given(st.data())
def test_what_a_picture_says_is_taken_or_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(COLLAGE)))
    said = json.dumps(changed(COLLAGE, path, data.draw(JSON))).encode("utf-8", "replace")
    described = Description("a cat\nSteps: 1", said, ())

    for picture in PICTURES:
        for read in READINGS[:4]:
            with suppress(CollageError):
                read(metadata.embed(picture, described))


def said(record: bytes) -> bytes:
    """A picture with a record, packed as long ones are."""
    body = b"collage\0\1\0\0\0" + zlib.compress(record)
    return PICTURES[0][:33] + png.chunk(b"iTXt", body) + PICTURES[0][33:]


def packet(xmp: bytes) -> bytes:
    """A picture whose XMP is this."""
    body = b"WEBP" + PICTURES[2][12:30]
    body += b"XMP " + len(xmp).to_bytes(4, "little") + xmp + b"\0" * (len(xmp) % 2)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def packed(record: bytes) -> bytes:
    """A packet whose record is packed."""
    text = b64encode(zlib.compress(record))
    return packet(
        b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description'
        b' xmlns:c="urn:combinatoric-collage:metadata:1#" c:RecordZlib="' + text + b'"/></r:RDF>'
    )


HOSTILE: dict[str, Callable[[], bytes]] = {
    "lists": lambda: said(b"[" + b"[]," * 20_000_000 + b"1]"),
    "as many values as are read": lambda: said(b"[" + b'"ab",' * 5_999_000 + b"1]"),
    "depth": lambda: said(b"[" * 5_000_000),
    "text": lambda: said(b'{"kind": "' + b"x" * 60_000_000 + b'"}'),
    "wide text": lambda: said('{"kind": "🐈'.encode() + b"x" * 60_000_000 + b'"}'),
    "digits": lambda: said(b'{"version": ' + b"9" * 60_000_000 + b"}"),
    "elements": lambda: packet(b"<a>" + b"<b/>" * 15_000_000 + b"</a>"),
    "lines": lambda: packet(b"<a>" + b"ab\n" * 20_000_000 + b"</a>"),
    "references": lambda: packet(b"<a>" + b"&amp;" * 12_000_000 + b"</a>"),
    "attributes": lambda: packet(b"<a" + b' b=""' * 12_000_000 + b"/>"),
    "one long text": lambda: packet(b"<a>" + "🐈".encode() + b"x" * 60_000_000 + b"</a>"),
    "another encoding": lambda: packet('<?xml version="1.0"?><!DOCTYPE a>'.encode("utf-16")),
    "packed": lambda: packed(b" " * 70_000_000),
}
"""Pictures of a few bytes or of many that would take gigabytes if all of them were unpacked."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused(name: str) -> None:
    picture = HOSTILE[name]()

    with pytest.raises(CollageError):
        explain.explain(picture)


@pytest.mark.skipif(os.environ.get("FUZZ") != "long", reason="of `make fuzz`")
@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_takes_little_memory(name: str, tmp_path: Path) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(HOSTILE[name]())

    ended = subprocess.run(
        [sys.executable, "-c", EXPLAIN, str(picture)], capture_output=True, text=True, check=True
    )

    name_of_error, megabytes = ended.stdout.split()
    assert getattr(errors, name_of_error)
    assert int(megabytes) < 500, ended.stdout


EXPLAIN = """
import sys
from pathlib import Path
from collage.provenance import explain
try:
    explain.explain(Path(sys.argv[1]).read_bytes())
except Exception as error:
    print(type(error).__name__)
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024)
"""
"""The peak since it was executed: `ru_maxrss` is also what this process has, where that is more."""
