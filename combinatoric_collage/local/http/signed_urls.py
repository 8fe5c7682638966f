"""Signed addresses as CloudFront verifies them: a custom policy in the query, and who signed it.

What it takes otherwise, policies without a text of their own and cookies, nothing here makes.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

OWN = ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
"""Parameters of a query that are CloudFront's, and nobody else gets to see."""

PLAIN = str.maketrans("-_~", "+=/")
"""The signs of base64 that a query has no use for, and what stands in their place."""

HASHES = ("SHA1", "SHA256")
"""By name, the first unless one is named."""


class Refused(Exception):
    """An address opens nothing; the code and the sentence are CloudFront's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check(address: str, query: str, keys: Mapping[str, "RSAPublicKey"], now: float) -> None:
    """See whether an address may be opened `now`, in seconds since 1970; `query` is its own.

    `keys` are those that may have signed it, by their ids.

    Raises:
        Refused: when it may not.
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, code in (
        ("Key-Pair-Id", "MissingKey"),
        ("Policy", "MissingPolicy"),
        ("Signature", "MissingSignature"),
    ):
        if not given.get(name):
            raise Refused(code, f"Missing {name} query parameter or cookie value")
    key = keys.get(given["Key-Pair-Id"])
    if key is None:
        raise Refused("InvalidKey", "Unknown Key")
    policy, signature = _plain(given["Policy"], "Policy"), _plain(given["Signature"], "Signature")
    resource, ends = _read(policy)
    others = urlencode([(n, v) for n, v in parse_qsl(query) if n not in OWN])
    asked = f"{address}?{others}" if others else address
    if (
        not _signed(key, signature, policy, given.get("Hash-Algorithm", HASHES[0]))
        or not matches(resource, asked)
        or now >= ends
    ):
        raise Refused("AccessDenied", "Access denied")


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern stands for a text: `*` for any signs, `?` for one."""
    parts = re.split(r"([*?])", pattern)
    known = {"*": ".*", "?": "."}
    expression = "".join(known.get(part) or re.escape(part) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def public_key(pem: str) -> "RSAPublicKey":
    """A public key as a template has it.

    Raises:
        ValueError: when it is none that CloudFront takes.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    found = load_pem_public_key(pem.encode())
    if not isinstance(found, RSAPublicKey) or found.key_size != 2048:
        raise ValueError("it is no RSA key of 2048 bits")
    return found


def _plain(value: str, name: str) -> bytes:
    try:
        return base64.b64decode(value.translate(PLAIN), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(f"Malformed{name}", f"Could not unencode {name}") from None


def _read(policy: bytes) -> tuple[str, float]:
    """What a policy is for, and until when."""
    try:
        (statement,) = json.loads(policy)["Statement"]
        ends = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
        return str(statement["Resource"]), float(ends)
    except (ValueError, KeyError, TypeError):
        raise Refused("MalformedPolicy", "Malformed Policy") from None


def _signed(key: "RSAPublicKey", signature: bytes, policy: bytes, algorithm: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    if algorithm not in HASHES:
        return False
    hashed: HashAlgorithm = getattr(hashes, algorithm)()
    try:
        key.verify(signature, policy, PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True
