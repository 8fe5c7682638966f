"""Tokens to an HTTP API, verified as API Gateway's JWT authorizers do.

See "Control access to HTTP APIs with JWT authorizers" in its developer guide: which claims are
looked at, that only RSA signs, that keys are kept for two hours and found by the token's ``kid``.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from combinatoric_collage.local.aws import LOOPBACK
from combinatoric_collage.local.http.payload import Request

ALGORITHMS = ("RS256", "RS384", "RS512")
KEPT_SECONDS = 2 * 3600
ANSWER_SECONDS = 5
HEADER = "$request.header."
"""How an identity source names a header; one without it cannot be checked here."""


class Refused(Exception):
    """A token lets nobody in; the message is what API Gateway would say of it."""


@dataclass(frozen=True)
class Authorizer:
    """What an OpenAPI body says of one: where the token is, and whose it has to be."""

    header: str
    issuer: str
    audience: tuple[str, ...]


def authorizer(scheme: Mapping[str, Any]) -> Authorizer | None:
    """The JWT authorizer that a security scheme is, where it is one that can be checked here."""
    said = scheme.get("x-amazon-apigateway-authorizer", {})
    source, known = said.get("identitySource", ""), said.get("jwtConfiguration", {})
    (source,) = source if isinstance(source, list) else (source,)
    issuer = str(known.get("issuer", ""))
    if said.get("type") != "jwt" or not source.startswith(HEADER) or not _is_safe(issuer):
        return None
    header = source.removeprefix(HEADER).lower()
    return Authorizer(header, issuer, tuple(map(str, known.get("audience", ()))))


def context(claims: Mapping[str, Any], scopes: tuple[str, ...]) -> dict[str, Any]:
    """What a function's event has of them: all values are text, lists as ``[one two]``."""
    return {
        "claims": {name: _text(value) for name, value in claims.items()},
        "scopes": list(scopes) or None,
    }


def scoped(claims: Mapping[str, Any], scopes: tuple[str, ...]) -> bool:
    """Whether a token has one of a route's scopes, where it has any."""
    given = claims.get("scope", claims.get("scp", ""))
    found = given if isinstance(given, list) else str(given).split()
    return not scopes or bool(set(scopes) & set(map(str, found)))


class Tokens:
    """The keys of issuers, and what they have signed."""

    def __init__(
        self,
        fetch: Callable[[str], Any] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``fetch`` reads the JSON at an address, ``now`` is the time in seconds since 1970."""
        self._fetch = fetch or _fetched
        self._now = now
        self._lock = Lock()
        self._keys: dict[str, tuple[float, dict[str, Any]]] = {}

    def claims(self, request: Request, known: Authorizer) -> dict[str, Any]:
        """The claims of the token that a request brings.

        Raises:
            Refused: when there is none, or it is not one of the issuer's for this audience, now.
        """
        given = request.headers.get(known.header, "")
        token = given[7:] if given[:7].lower() == "bearer " else given
        claims = self._signed(token.strip(), known.issuer)
        # Of a token with both it is the audience that counts.
        audience = claims.get("aud", claims.get("client_id"))
        meant = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != known.issuer:
            raise Refused("invalid issuer")
        if not set(known.audience) & set(map(str, meant)):
            raise Refused("invalid audience")
        self._in_time(claims)
        return claims

    def _signed(self, token: str, issuer: str) -> dict[str, Any]:
        """What a token says, whose signature one of the issuer's keys made."""
        from joserfc import jws
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        try:
            header = jws.extract_compact(token.encode()).headers()
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise Refused("signing method is not supported")
            key = RSAKey.import_key(self._key(issuer, str(header.get("kid", ""))))
            payload = jws.deserialize_compact(token, key, algorithms=list(ALGORITHMS)).payload
            claims = json.loads(payload)
        except (JoseError, ValueError) as error:
            raise Refused("the token is not valid") from error
        if not isinstance(claims, dict):
            raise Refused("the token is not valid")
        return claims

    def _key(self, issuer: str, kid: str) -> Any:
        """The issuer's key of that id; it is asked again for one that is not known yet."""
        with self._lock:
            asked, keys = self._keys.get(issuer, (float("-inf"), {}))
            if kid not in keys or self._now() - asked > KEPT_SECONDS:
                keys = self._asked(issuer)
                self._keys[issuer] = (self._now(), keys)
        if kid not in keys:
            raise Refused("the token's key is not one of its issuer's")
        return keys[kid]

    def _asked(self, issuer: str) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError

        try:
            described = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            address = str(described["jwks_uri"])
            if not _is_safe(address):
                raise Refused("the issuer's keys are at no address that can be trusted")
            found = self._fetch(address)["keys"]
            return {str(key["kid"]): key for key in found if key.get("kty") == "RSA"}
        except (BotoCoreError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused("the issuer does not tell its keys") from error

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        try:
            if float(claims["exp"]) <= now:
                raise Refused("the token has expired")
            if any(float(claims.get(name, now)) > now for name in ("nbf", "iat")):
                raise Refused("the token is not good yet")
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("the token does not say how long it is good") from error


def _is_safe(address: str) -> bool:
    """Whether nobody in between can change what is at an address."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", LOOPBACK)


def _fetched(address: str) -> Any:
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    local = urlsplit(address).hostname == LOOPBACK
    sender = URLLib3Session(
        proxies={} if local else get_environ_proxies(address),
        verify=os.environ.get("AWS_CA_BUNDLE") or True,  # type: ignore[arg-type]
        timeout=ANSWER_SECONDS,
    )
    answer = sender.send(AWSRequest("GET", address).prepare())
    if answer.status_code != 200:
        raise ValueError(f"{address} answers {answer.status_code}")
    return json.loads(answer.content)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{' '.join(map(str, value))}]"
    return value if isinstance(value, str) else json.dumps(value)
