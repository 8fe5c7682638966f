"""An issuer of tokens: it signs them by RSA, and tells its keys as OpenID Connect has it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from unittest import mock

from joserfc import jws
from joserfc.jwk import RSAKey

from combinatoric_collage.local.http import tokens


class Issuer:
    """At ``address``; ``documents`` is what it serves, by path."""

    def __init__(self, address: str, kid: str = "one") -> None:
        self.address = address
        self.documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": address, "jwks_uri": f"{address}/jwks"}
        }
        self.turn(kid)

    def turn(self, kid: str) -> None:
        """Sign by another key from now on, and tell that one alone."""
        self.kid, self.key = kid, RSAKey.generate_key(2048)
        told = {**self.key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "RS256"}
        self.documents["/jwks"] = {"keys": [{"kty": "EC", "kid": kid}, told]}

    def token(self, header: Any = None, key: Any = None, **claims: Any) -> str:
        """A token with these claims beside the issuer's own; None takes one away."""
        said = {"iss": self.address, **claims}
        payload = json.dumps({name: one for name, one in said.items() if one is not None})
        header = {"alg": "RS256", "kid": self.kid, **(header or {})}
        return jws.serialize_compact(
            header, payload, key or self.key, algorithms=["RS256", "PS256"]
        )

    def read(self, address: str) -> Any:
        """What it serves at an address."""
        return self.documents[address.removeprefix(self.address)]


@contextmanager
def serving() -> Iterator[Issuer]:
    """An issuer on loopback, while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = issuer.documents.get(self.path)
            data = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with (
        # It answers in time, whoever else wants a processor.
        mock.patch.object(tokens, "ANSWER_SECONDS", 600),
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
