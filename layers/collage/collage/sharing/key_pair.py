"""The pair of keys by which addresses are signed: RSA of 2048 bits, as CloudFront takes it."""

from __future__ import annotations

import base64
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

BITS = 2048
LINE = 64
"""Letters of a line of PEM (RFC 7468)."""


def make() -> tuple[str, str]:
    """A new pair: the private half as PEM, and the public half as a stack's parameter has it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode(), public_half(private)


def read(pem: str) -> RSAPrivateKey:
    """A private key that is kept as PEM.

    Raises:
        ValueError: when it is none, or of another kind; the message repeats nothing of it.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError):
        raise ValueError("it is no PEM of a key without a password") from None
    if not isinstance(found, RSAPrivateKey) or found.key_size != BITS:
        raise ValueError(f"it is no RSA key of {BITS} bits")
    return found


def public_half(private: RSAPrivateKey) -> str:
    """The public half of a key: the lines of its PEM without the frame, commas between them."""
    from cryptography.hazmat.primitives import serialization

    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return ",".join(wrap(base64.b64encode(der).decode(), LINE))
