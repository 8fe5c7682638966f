"""What a bucket's CORS rules let a page of another origin do, as S3 decides it.

See "How does Amazon S3 evaluate the CORS configuration on a bucket?" in its user guide: the first
rule that fits origin, method and headers counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from re import IGNORECASE, escape, match


@dataclass(frozen=True)
class Rule:
    """One rule of a bucket."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: str | None = None

    def fits(self, origin: str, method: str, headers: Iterable[str]) -> bool:
        """Whether a page of the origin may send this."""
        return (
            any(_like(pattern, origin) for pattern in self.origins)
            and method in self.methods
            and all(any(_like(pattern, name) for pattern in self.headers) for name in headers)
        )

    def answer(self, origin: str, asked: Iterable[str] = ()) -> list[tuple[str, str]]:
        """The headers that tell the browser; `asked` are those a preflight wants to send."""
        anyone = "*" in self.origins
        found = [
            ("Access-Control-Allow-Origin", "*" if anyone else origin),
            ("Access-Control-Allow-Methods", ", ".join(self.methods)),
            ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
        ]
        if not anyone:
            found.append(("Access-Control-Allow-Credentials", "true"))
        if names := ", ".join(asked):
            found.append(("Access-Control-Allow-Headers", names))
        if self.exposed:
            found.append(("Access-Control-Expose-Headers", ", ".join(self.exposed)))
        if self.max_age is not None:
            found.append(("Access-Control-Max-Age", self.max_age))
        return found


def find(
    rules: Iterable[Rule], origin: str, method: str, headers: Iterable[str] = ()
) -> Rule | None:
    """The rule that counts; None where a page of the origin may not send this."""
    names = tuple(headers)
    return next((rule for rule in rules if rule.fits(origin, method, names)), None)


def _like(pattern: str, value: str) -> bool:
    """A `*` stands for any letters; everything else for itself."""
    parts = (escape(part) for part in pattern.split("*"))
    return match(f"(?s:{'.*'.join(parts)})\\Z", value, IGNORECASE) is not None
