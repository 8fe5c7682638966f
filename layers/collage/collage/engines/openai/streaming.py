"""Pictures that come as a stream: previews on the way keep gateways from giving up on them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from collage.engines.openai.errors import of_answer
from collage.errors import BrokenAnswer

if TYPE_CHECKING:
    from openai import Stream
    from openai.types import ImageEditStreamEvent, ImageGenStreamEvent, ImagesResponse


def whole(
    stream: Stream[ImageEditStreamEvent] | Stream[ImageGenStreamEvent], secret: str
) -> ImagesResponse:
    """What a stream of one picture comes to, as the answer that would have come at once.

    A server that does not stream answers at once, whatever it was asked for; that is handed on.

    Raises:
        CollageError: what the server says in the stream in place of a picture.
        openai.OpenAIError, json.JSONDecodeError: when the stream breaks, or cannot be read.
    """
    from openai import APIError
    from openai.types import Image, ImagesResponse

    if "text/event-stream" not in stream.response.headers.get("content-type", ""):
        stream.response.read()
        answer: Any = stream.response.json()
        return ImagesResponse.construct(**answer) if isinstance(answer, dict) else answer
    pictures: list[Image] = []
    usage: Any = None
    try:
        for event in stream:
            if event.type in ("image_edit.completed", "image_generation.completed"):
                pictures.append(Image.construct(b64_json=event.b64_json))
                usage = event.usage
    except APIError as error:
        # Its subclasses are of the connection and the status; it is what the stream said.
        if type(error) is not APIError:
            raise
        said = SimpleNamespace(model_extra={"error": error.body or error.message})
        raise of_answer(said, secret) or BrokenAnswer("The stream ended in an error.") from error
    return ImagesResponse.construct(created=0, data=pictures, usage=usage)
