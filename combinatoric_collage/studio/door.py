"""Who is let in: the browser that was given the token, and no page of another site in it.

Every user and every web page of a machine reaches its loopback. What is asked here spends the
user's money, so a request has to know a secret, and to come from the studio's own pages.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qs

from combinatoric_collage.local import same_origin
from combinatoric_collage.studio.responses import Answer, problem

SECRET_BYTES = 32
READING = ("GET", "HEAD")
FOREIGN = problem(403, "Foreign", "This is for the studio's own pages, on this machine only.")
HOW = "Open the address that `collage studio` printed when it started, with its token."


@dataclass(frozen=True)
class Door:
    """The door of the server at ``port``: its token, and the cookie that is given for it."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(SECRET_BYTES))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(SECRET_BYTES))

    @property
    def cookie(self) -> str:
        """The cookie's name: a browser keeps those of all ports of a host together."""
        return f"collage-studio-{self.port}"

    def foreign(self, method: str, headers: Message) -> Answer | None:
        """The refusal of what is not meant for this server, or is of another site's page."""
        origin = headers.get("Origin")
        if not same_origin.is_meant(headers.get_all("Host", []), self.port):
            return FOREIGN
        if same_origin.is_foreign(origin, self.port) or (origin is None and method not in READING):
            return FOREIGN
        # A link of another site leads here, and no further: its browser sends no cookie with it.
        site = headers.get("Sec-Fetch-Site", "none")
        linked = headers.get("Sec-Fetch-Dest") == "document" and method in READING
        return None if site in ("same-origin", "none") or linked else FOREIGN

    def entered(self, query: str) -> Answer | None:
        """The way in for who has the token: a cookie, and the same page without the token."""
        given = parse_qs(query).get("token")
        if given is None:
            return None
        if not _same(given, self.token):
            return self.refusal(as_page=True)
        cookie = f"{self.cookie}={self.session}; Path=/; HttpOnly; SameSite=Strict"
        return Answer(303, b"", "text/plain", {"location": "/", "set-cookie": cookie})

    def knows(self, headers: Message) -> bool:
        """Whether a request has the cookie."""
        sent = ";".join(headers.get_all("Cookie", [])).split(";")
        found = dict(one.strip().partition("=")[::2] for one in sent)
        return _same([found.get(self.cookie, "")], self.session)

    def refusal(self, *, as_page: bool) -> Answer:
        """What somebody is told who is not let in."""
        if not as_page:
            return problem(403, "NotLetIn", HOW)
        # Its link has to be one of this origin, which a sandbox has not.
        policy = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'"}
        return Answer(403, _PAGE, "text/html; charset=utf-8", policy)


_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Studio</title></head>
<body><main><h1>Not let in</h1><p>{HOW}</p>
<p>If you have just come by a link from another page, <a href="/">go on to the studio</a>.</p>
</main></body></html>
""".encode()


def _same(given: Sequence[str], known: str) -> bool:
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), known.encode())
