"""Tokens to the laptop cloud's HTTP APIs are verified as API Gateway verifies them."""

import base64
import hmac
import json
from contextlib import suppress
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from combinatoric_collage.local.http.payload import Request
from combinatoric_collage.local.http.tokens import (
    Authorizer,
    Refused,
    Tokens,
    authorizer,
    context,
    scoped,
)
from tests.unit.local.issuer import Issuer

NOW = 1_800_000_000.0
ADDRESS = "https://issuer.example/pool"
GOOD = {"sub": "0a1b", "client_id": "studio", "exp": NOW + 60, "iat": NOW - 60, "nbf": NOW - 60}
BY = Authorizer("authorization", ADDRESS, ("other", "studio"))


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(ADDRESS)


@pytest.fixture
def asked() -> list[str]:
    """The addresses that were read."""
    return []


@pytest.fixture
def tokens(issuer: Issuer, asked: list[str]) -> Tokens:
    def fetch(address: str) -> Any:
        asked.append(address)
        return issuer.read(address)

    return Tokens(fetch, lambda: NOW)


def bringing(token: str) -> Request:
    return Request("GET", "/", "HTTP/1.1", {"authorization": token}, b"", "127.0.0.1")


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", ""])
def test_a_token_of_the_issuer_lets_its_bearer_in(issuer, tokens, prefix):
    claims = tokens.claims(bringing(prefix + issuer.token(**GOOD)), BY)

    assert claims["sub"] == "0a1b"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": NOW + 1},
        {"iat": NOW + 1},
        {"iss": "https://issuer.example/other"},
        {"client_id": "another"},
        {"client_id": None},
        # The audience counts where there is one, and not the client.
        {"aud": "another"},
        {"aud": ["another"]},
    ],
    ids=str,
)
def test_a_token_of_another_time_issuer_or_audience_does_not(issuer, tokens, claims):
    with pytest.raises(Refused):
        tokens.claims(bringing(issuer.token(**{**GOOD, **claims})), BY)


@pytest.mark.parametrize("audience", ["studio", ["another", "other"]])
def test_one_audience_of_several_is_enough(issuer, tokens, audience):
    token = issuer.token(**{**GOOD, "client_id": None, "aud": audience})

    assert tokens.claims(bringing(token), BY)["aud"] == audience


def test_what_is_not_signed_by_the_issuers_key_is_refused(issuer, tokens):
    def text(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    def part(value):
        return text(json.dumps(value).encode())

    hashed = f"{part({'alg': 'HS256', 'kid': issuer.kid})}.{part({'iss': ADDRESS, **GOOD})}"
    secret = hmac.digest(issuer.key.as_pem(private=False), hashed.encode(), "sha256")
    head, body, signature = issuer.token(**GOOD).split(".")
    forged = {
        "no algorithm": f"{part({'alg': 'none', 'kid': issuer.kid})}.{body}.",
        "the public key as a secret": f"{hashed}.{text(secret)}",
        "an algorithm that AWS has not": issuer.token({"alg": "PS256"}, **GOOD),
        "another key": issuer.token(None, RSAKey.generate_key(2048), **GOOD),
        "a key that is no key of RSA": issuer.token({"kid": "EC"}, **GOOD),
        "other claims": f"{head}.{part({**GOOD, 'iss': ADDRESS, 'sub': 'root'})}.{signature}",
        "no signature": f"{head}.{body}.",
        "claims that are none": issuer.token(None, None).replace(body, part([1])),
        "no token": "",
        "a signature of AWS": "AWS4-HMAC-SHA256 Credential=AKIA/20261126/us-east-1/execute-api",
    }
    let_in = set()
    for name, token in forged.items():
        with suppress(Refused):
            tokens.claims(bringing(f"Bearer {token}"), BY)
            let_in.add(name)
    assert not let_in


def test_an_issuer_is_asked_once_and_again_for_a_key_that_is_new(tokens, asked):
    issuer = Issuer(ADDRESS)
    tokens._fetch = lambda address: asked.append(address) or issuer.read(address)
    for _ in range(2):
        tokens.claims(bringing(issuer.token(**GOOD)), BY)
    assert len(asked) == 2

    old = issuer.token(**GOOD)
    issuer.turn("two")
    tokens.claims(bringing(issuer.token(**GOOD)), BY)

    assert len(asked) == 4
    with pytest.raises(Refused):
        tokens.claims(bringing(old), BY)


def test_keys_are_taken_from_no_address_that_others_can_change(issuer, asked):
    documents = {
        f"{ADDRESS}/.well-known/openid-configuration": {"jwks_uri": "http://issuer.example/jwks"},
        "http://issuer.example/jwks": issuer.documents["/jwks"],
    }
    with pytest.raises(Refused, match="trusted"):
        Tokens(documents.__getitem__, lambda: NOW).claims(bringing(issuer.token(**GOOD)), BY)


@pytest.mark.parametrize("answer", [OSError("no"), KeyError("jwks_uri"), ValueError("no JSON")])
def test_an_issuer_that_does_not_tell_its_keys_lets_nobody_in(issuer, answer):
    def fetch(_: str) -> Any:
        raise answer

    with pytest.raises(Refused, match="does not tell"):
        Tokens(fetch, lambda: NOW).claims(bringing(issuer.token(**GOOD)), BY)


@pytest.mark.parametrize(
    ("claims", "scopes", "has"),
    [
        ({"scope": "openid collages/run"}, ("collages/run",), True),
        ({"scp": ["collages/run"]}, ("x", "collages/run"), True),
        ({"scope": "collages/runs"}, ("collages/run",), False),
        ({}, ("collages/run",), False),
        ({}, (), True),
    ],
)
def test_a_token_needs_one_scope_of_the_route(claims, scopes, has):
    assert scoped(claims, scopes) is has


def test_a_function_is_told_claims_as_text():
    claims = {"sub": "0a1b", "exp": 1_800_000_060, "cognito:groups": ["a", "b"], "verified": True}

    assert context(claims, ("collages/run",)) == {
        "claims": {
            "sub": "0a1b", "exp": "1800000060", "cognito:groups": "[a b]", "verified": "true",
        },
        "scopes": ["collages/run"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"},
        {"x-amazon-apigateway-authorizer": {"type": "request", "identitySource": ["$a.b"]}},
        {
            "x-amazon-apigateway-authorizer": {
                "type": "jwt",
                "identitySource": "$request.header.Authorization",
                "jwtConfiguration": {"issuer": "http://issuer.example", "audience": ["studio"]},
            }
        },
    ],
)  # fmt: skip
def test_what_is_no_issuer_whose_keys_can_be_trusted_is_not_asked(scheme):
    assert authorizer(scheme) is None
