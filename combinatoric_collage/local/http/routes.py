"""Which route of an HTTP API a request takes; the routes are those of its OpenAPI body."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", ANY_METHOD)
FUNCTION = re.compile(r":function:([^:/]+)(?::[^/]+)?/invocations$")
DEFAULT = "$default"


@dataclass(frozen=True)
class Route:
    """A method and a path, and the function that answers them."""

    method: str
    path: str
    function: str
    timeout: float
    """In seconds."""
    authorizers: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    """Of which a token has to have one."""

    @property
    def key(self) -> str:
        """The route as AWS names it."""
        return self.path if self.path == DEFAULT else f"{self.method} {self.path}"

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path's parameters, or None when the request is not for this route."""
        if self.method not in (method, "ANY"):
            return None
        if self.path == DEFAULT:
            return {}
        names = re.findall(r"{([^}]+?)\+?}", self.path)
        found = re.fullmatch(_pattern(self.path), path, re.DOTALL)
        return dict(zip(names, found.groups(), strict=True)) if found else None

    @property
    def rank(self) -> tuple[bool, list[int], bool]:
        """Of two routes that match, the one with the lower rank is more exact."""
        parts = [
            0 if not part.startswith("{") else 2 if part.endswith("+}") else 1
            for part in self.path.split("/")
        ]
        return self.path == DEFAULT, parts, self.method == "ANY"


def find(routes: Iterable[Route], method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """The most exact route for a request, and its path parameters."""
    matches = [
        (route, parameters)
        for route in routes
        if (parameters := route.match(method, path)) is not None
    ]
    return min(matches, key=lambda match: match[0].rank, default=(None, {}))


def read(body: Mapping[str, Any]) -> Iterator[Route | str]:
    """The routes of an OpenAPI body; a sentence for one that cannot be served here."""
    for path, operations in body.get("paths", {}).items():
        for name in METHODS:
            if name not in operations:
                continue
            method = "ANY" if name == ANY_METHOD else name.upper()
            operation = operations[name]
            integration = operation.get(INTEGRATION, {})
            function = FUNCTION.search(str(integration.get("uri", "")))
            version = str(integration.get("payloadFormatVersion", "1.0"))
            if function is None or version != "2.0":
                yield f"{method} {path} calls no function with payload format 2.0; it is left out."
                continue
            asked = operation.get("security", body.get("security", []))
            yield Route(
                method=method,
                path=path,
                function=function[1],
                timeout=int(integration.get("timeoutInMillis", 30_000)) / 1000,
                authorizers=tuple(n for one in asked for n in one if n != "NONE"),
                scopes=tuple(scope for one in asked for own in one.values() for scope in own),
            )


def _pattern(path: str) -> str:
    parts = re.split(r"({[^}]+})", path)
    return "".join(
        re.escape(part) if not part.startswith("{") else "(.+)" if "+}" in part else "([^/]+)"
        for part in parts
    )
