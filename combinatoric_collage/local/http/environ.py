"""A plain request as a server hands it to a WSGI application."""

import io
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from combinatoric_collage.local.aws import LOOPBACK

OF_THE_BODY = ("CONTENT_TYPE", "CONTENT_LENGTH")


def made(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: Any, port: int
) -> dict[str, Any]:
    """What werkzeug and moto make of it: `target` is in ASCII, and no header has an underscore.

    `body` is a stream.
    """
    path, _, query = target.partition("?")
    if "%" in path:
        path = unquote(path).encode().decode("latin-1")
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "REMOTE_ADDR": LOOPBACK,
        "SERVER_NAME": LOOPBACK,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "moto.preserved_header_names": {},
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if key in OF_THE_BODY:
            environ[key] = value
        else:
            said = environ.get(f"HTTP_{key}")
            environ[f"HTTP_{key}"] = value if said is None else f"{said},{value}"
    return environ
