"""Request bodies, multipart or JSON, as one kind of thing: named values and uploaded files."""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from tests.fake_openai.errors import invalid


@dataclass(frozen=True)
class Upload:
    """One file of a form, with the type its sender gave it."""

    mimetype: str | None
    content: bytes

    @property
    def digest(self) -> str:
        """The sha256 of what was sent."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Form:
    """What was sent: `values` and `uploads` by name, and all of the `names`.

    In a multipart form `all_text` holds: numbers and truth come as words.
    """

    values: dict[str, Any]
    uploads: dict[str, list[Upload]]
    names: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    all_text: bool = False

    def files(self, name: str) -> list[Upload]:
        """The files sent as `name` or, as a list, as `name[]`."""
        return [*self.uploads.get(name, []), *self.uploads.get(f"{name}[]", [])]


def read_json(content_type: str, body: bytes) -> Form:
    """The form in a JSON body."""
    _expect(content_type, "application/json")
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise invalid("The body could not be read as a JSON object.", None, None)
    # The API takes null for "not given".
    given = {name: value for name, value in values.items() if value is not None}
    return Form(given, {}, tuple(values))


def read_multipart(content_type: str, body: bytes) -> Form:
    """The form in a multipart body; its values are all text."""
    options = _expect(content_type, "multipart/form-data")
    parser = MultiPartParser(stream_factory=lambda *_, **__: io.BytesIO())
    try:
        values, files = parser.parse(io.BytesIO(body), options["boundary"].encode(), len(body))
    except (KeyError, ValueError):
        raise invalid("The body could not be read as a multipart form.", None, None) from None
    uploads = {
        name: [Upload(file.headers.get("Content-Type"), file.stream.getvalue()) for file in group]
        for name, group in files.lists()
    }
    repeated = [name for name, group in values.lists() if len(group) > 1 and name[-2:] != "[]"]
    repeated += [name for name, group in uploads.items() if len(group) > 1 and name[-2:] != "[]"]
    return Form(values.to_dict(), uploads, (*values, *uploads), tuple(repeated), True)


def _expect(content_type: str, expected: str) -> dict[str, str]:
    kind, options = parse_options_header(content_type)
    if kind != expected:
        message = f"Unsupported content type: '{kind}'. This route accepts '{expected}'."
        raise invalid(message, None, "unsupported_content_type")
    return options
