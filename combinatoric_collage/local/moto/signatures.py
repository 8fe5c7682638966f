"""Signatures are made again from what a signature is made of, and not from a request made anew.

moto has botocore prepare a request as it would be sent, with the headers of a letter, and derives
the key that signs a day's requests for each of them. Here the key is kept, and what is signed is
put together from the request as it came.
"""

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SIGNED_HEADERS_BLACKLIST

from combinatoric_collage.local.http import signature
from combinatoric_collage.local.moto.host import Host, replace

CONTENT, DATE = "x-amz-content-sha256", "x-amz-date"


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.iam.access_control import IAMRequestBase

    calculate = IAMRequestBase._calculate_signature

    def calculated(self: Any) -> str:
        signed = self._get_string_between("SignedHeaders=", ",", self._headers["Authorization"])
        # Who signs writes names in small letters; another name is none of a header's.
        names = {name: self._headers.get(name) for name in signed.split(";") if name.islower()}
        headers = {name: value for name, value in names.items() if value is not None}
        content = _content(headers, self._body)
        if content is None or "host" not in headers or DATE not in headers:
            # Which is seldom, and botocore knows what to do.
            return calculate(self)
        credentials = self._access_key.create_credentials()
        auth = self._create_auth(credentials)
        request = _canonical(auth, self._method, self._path, headers, content)
        return signature.of(
            credentials.secret_key, headers[DATE], self._region, self._service, request
        )

    replace(stack, IAMRequestBase, "_calculate_signature", calculated)


def _content(headers: Mapping[str, str], body: Any) -> str | None:
    """The digest of a body that was signed; none where that is of something else than bytes."""
    if CONTENT in headers:
        return headers[CONTENT]
    return hashlib.sha256(body).hexdigest() if isinstance(body, bytes) and body else None


def _canonical(
    auth: Any, method: str, target: str, headers: Mapping[str, str], content: str
) -> tuple[str, ...]:
    """A request as all who sign it write it; `auth` is botocore's signer of its service."""
    url = urlsplit(target)
    names = sorted(headers.keys() - SIGNED_HEADERS_BLACKLIST)
    return (
        method.upper(),
        auth._normalize_url_path(url.path),
        auth._canonical_query_string_url(url),
        *(f"{name}:{' '.join(headers[name].split())}" for name in names),
        "",
        ";".join(names),
        content,
    )
