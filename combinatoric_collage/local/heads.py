"""The heads of requests as SDKs write them, read without a parser of mail.

Python reads the lines before a request's body as those of a letter, which takes as long as many an
answer. What is not plain, by its form or by what it asks, is left to Python.
"""

import io
import re
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler

LONGEST_LINE, MOST_LINES = 65536, 100
HEAD = re.compile(
    r"([A-Z]+) (/(?!/)[!$-~]*) HTTP/1\.1\r\n"
    r"((?:[!#$%&'*+.^`|~0-9A-Za-z-]+:[^\r\n]*\r\n)*)\r\n"
)
FIELD = re.compile(r"([^:]+):[ \t]*(.*)\r\n")
LAST = b"\r\n"
CONTROLLING = {"expect", "transfer-encoding"}
"""By which more is to be read, or said, before the body."""


class Heads(BaseHTTPRequestHandler):
    """Handles requests as its base does."""

    raw_requestline: bytes
    is_plain = False
    """Whether the head at hand is of printable letters, with names that have no underscore."""

    def parse_request(self) -> bool:
        """Read a head; False where its client was told that there is an error in it."""
        lines = [self.raw_requestline]
        while lines[-1] != LAST and len(lines) <= MOST_LINES:
            lines.append(self.rfile.readline(LONGEST_LINE + 1))
            if not lines[-1].endswith(b"\n") or lines[-1] == b"\n":
                break
        self.is_plain = self._read(b"".join(lines).decode("latin-1"))
        if self.is_plain:
            return True
        rest, self.rfile = self.rfile, io.BytesIO(b"".join(lines[1:]))
        try:
            return super().parse_request()
        finally:
            self.rfile = rest

    def _read(self, head: str) -> bool:
        """Have what a plain head says; False for any other."""
        plain = HEAD.fullmatch(head)
        if plain is None:
            return False
        headers, names = HTTPMessage(), set()
        for name, value in FIELD.findall(plain[3]):
            headers.set_raw(name, value)
            names.add(name.lower())
        if names & CONTROLLING:
            return False
        self.requestline, self.request_version = head.partition("\r")[0], "HTTP/1.1"
        self.command, self.path, self.headers = plain[1], plain[2], headers
        self.close_connection = (headers["Connection"] or "").lower() == "close"
        return True
