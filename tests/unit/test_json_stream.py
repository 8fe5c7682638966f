import json

import pytest

from collage.json_stream import JsonStream

TEXT = (
    ' {"a" : [1, 22, -3.5e2,"\\u00e9 ü 浮 \\" ],} \\\\", {"b": [[], {}]}] ,"none":[],\n'
    '"empty":{}, "number":1234567, "浮": null, "last": [ true ]}  '
).encode()


SAID = "it ends|it goes on|should be|is no name|invalid start byte"


def read(pieces, apart=("a", "none", "last")):
    stream = JsonStream(pieces)
    return {
        name: list(stream.elements()) if name in apart else stream.value()
        for name in stream.fields()
    }


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_what_comes_in_pieces_is_read_as_it_is_whole(size):
    pieces = [TEXT[start : start + size] for start in range(0, len(TEXT), size)]

    assert read(pieces) == json.loads(TEXT)
    assert list(read(pieces)) == list(json.loads(TEXT))


def test_no_more_is_read_than_is_needed():
    came = []

    def pieces():
        for piece in (b'{"a":[1,2', b",3,", b"4]}"):
            came.append(piece)
            yield piece

    stream = JsonStream(pieces())
    assert next(stream.fields()) == "a"
    elements = stream.elements()

    assert next(elements) == 1
    assert len(came) == 1
    assert next(elements) == 2
    assert len(came) == 2
    assert list(elements) == [3, 4]


def test_an_empty_object_has_no_fields():
    assert read([b" { } "]) == {}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"a":[1,2',
        b'{"a":[1 2]}',
        b'{"a":[1,]}',
        b'{"number":12',
        b'{"number":12}}',
        b'{"number":12} x',
        b"{1:2}",
        b'{"a":7}',
        b'{"number":"\xff"}',
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_is_no_whole_object_is_refused(text, size):
    with pytest.raises(ValueError, match=SAID):
        read([text[start : start + size] for start in range(0, len(text), size)])
