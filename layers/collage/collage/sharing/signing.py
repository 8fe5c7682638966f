"""Addresses that CloudFront lets through until a day: a policy, signed by one of the stack's keys.

The formulas are those of CloudFront's signed URLs with a custom policy: RSA with SHA-256, and a
base64 whose signs need no escaping in a query. CloudFront verifies; nothing here does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from collage.errors import SharingUnavailable, StoreUnavailable, of_no_use
from collage.sharing import key_pair

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

STAGES = ("AWSCURRENT", "AWSPREVIOUS")
"""Versions of a secret. Between the making of a new pair and the deploy that makes its public half
known to CloudFront, the one before is the one that signs."""


@dataclass(frozen=True)
class Signer:
    """Signs for the distribution at ``url`` with the private half of the public key ``key``."""

    url: str
    key: str
    private: RSAPrivateKey

    def query(self, share: str, until: datetime) -> str:
        """What opens every file of a share's copy until then, as the query of its address."""
        from botocore.signers import CloudFrontSigner

        signer = CloudFrontSigner(self.key, self._sign)
        address = self.address(share, "")
        policy = signer.build_policy(f"{address}*", until)
        signed: str = signer.generate_presigned_url(address, policy=policy)
        return f"{signed.partition('?')[2]}&Hash-Algorithm=SHA256"

    def address(self, share: str, name: str) -> str:
        """Where a file of a share's copy lies; without a query it opens for nobody."""
        return f"{self.url}/shares/{share}/site/{name}"

    def _sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self.private.sign(message, PKCS1v15(), SHA256())


def signer(client: Any, secret: str, url: str, keys: Mapping[str, str]) -> Signer:
    """The signer of a stack, whose private key is read from the ``secret`` of Secrets Manager.

    ``keys`` are the ids of the public keys that CloudFront knows, by what the keys are.

    Raises:
        SharingUnavailable: when there is no such secret, it may not be read, or none of its
            versions is the private half of one of the keys.
        StoreUnavailable: when Secrets Manager does not answer.
    """
    for text in _versions(client, secret):
        try:
            private = key_pair.read(text)
        except ValueError as error:
            raise SharingUnavailable(
                f"The secret {secret} (parameter SharingSecret) holds no private key: {error}."
            ) from None
        if known := keys.get(key_pair.public_half(private)):
            return Signer(url, known, private)
    raise SharingUnavailable(
        f"The secret {secret} (parameter SharingSecret) belongs to none of the stack's public "
        "keys; `collage sharing-key` says how they come together."
    )


def _versions(client: Any, secret: str) -> Iterator[str]:
    for stage in STAGES:
        try:
            yield client.get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ResourceNotFoundException" and stage != STAGES[0]:
                return
            if said := of_no_use(secret, "SharingSecret", code):
                raise SharingUnavailable(said) from None
            raise StoreUnavailable(f"The secret of the signing key: AWS says {code}.") from None
        except BotoCoreError as error:
            raise StoreUnavailable("Secrets Manager could not be reached.") from error
