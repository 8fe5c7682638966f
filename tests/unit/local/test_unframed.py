"""moto's answers without Flask are those that it gives by it."""

from typing import Any

import pytest
from moto.core.utils import convert_to_flask_response
from moto.moto_server import werkzeug_app

from combinatoric_collage.local.http.unframed import AN_OBJECT, OBJECT, Service, _answer

PATHS = ["/b/k", "/b/k/", "/b/a/b.png", "/b/x/y/z/", "/b/a b/ü", "/b/a:b@c"]
OTHERS = ["/", "/b", "/b/", "/b//k", "/b/a//k", "//k", "/b/a\nb"]
PICTURE = {"content-type": "image/png", "ETag": '"1"'}
BODY = b"0123456789"


def test_what_counts_as_an_object_is_one_to_moto() -> None:
    rules = werkzeug_app.create_backend_app("s3").url_map.bind("")
    expected, _ = rules.match(AN_OBJECT, "GET")

    assert all(OBJECT.fullmatch(path) for path in PATHS)
    assert {rules.match(path, "GET")[0] for path in PATHS} == {expected}
    assert not any(OBJECT.fullmatch(path) for path in OTHERS)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (200, PICTURE, BODY),
        (200, {**PICTURE, "content-length": "10"}, BODY),
        (412, {**PICTURE, "content-length": "10"}, ""),
        (200, {**PICTURE, "Content-Length": "12"}, BODY),
        (200, {}, "ein Bär"),
        (404, {"Content-Type": "application/xml"}, "<Error/>"),
        (204, {"x-amz-version-id": "2"}, ""),
        (304, {"ETag": '"1"', "content-length": "10"}, "Not Modified"),
        (206, {**PICTURE, "content-range": "bytes 0-9/10"}, BODY),
        (302, {"Location": "/elsewhere/ä"}, ""),
        (200, {"x-amz-mp-parts-count": 2}, BODY),
        ("403", {}, b""),
    ],
)
def test_an_answer_is_as_flask_makes_it(
    method: str, status: Any, headers: dict[str, Any], content: Any
) -> None:
    environ: Any = {"REQUEST_METHOD": method, "PATH_INFO": "/", "QUERY_STRING": ""}
    environ |= {"SERVER_NAME": "x", "SERVER_PORT": "1", "wsgi.url_scheme": "http"}
    app = werkzeug_app.create_backend_app("sts")
    ours, theirs = list[Any](), list[Any]()
    body = b"".join(_answer(environ, lambda *a: ours.extend(a), status, dict(headers), content))
    with app.request_context(environ):
        made = convert_to_flask_response(lambda *_: (status, dict(headers), content))()
        expected = b"".join(made(environ, lambda *a: theirs.extend(a)))

    assert body == expected
    assert ours[0] == theirs[0]
    assert named(ours[1]) == named(theirs[1])


def named(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers)


def test_a_newline_gets_into_no_header() -> None:
    environ: Any = {"REQUEST_METHOD": "GET"}
    with pytest.raises(ValueError, match="newline"):
        _answer(environ, lambda *_: None, 200, {"x-amz-meta-x": "a\r\nb: c"}, BODY)


def test_what_has_no_rule_is_left_to_motos_server() -> None:
    told = list[Any]()
    environ: Any = {"REQUEST_METHOD": "GET", "PATH_INFO": "/none", "QUERY_STRING": ""}
    environ |= {"SERVER_NAME": "x", "SERVER_PORT": "1", "wsgi.url_scheme": "http"}

    list(Service("stepfunctions")(environ, lambda *a: told.extend(a)))

    assert told[0].startswith("404 ")
