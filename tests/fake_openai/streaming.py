"""An answer as a stream of events: previews, and then each picture."""

import json
from typing import Any

KINDS = {"edits": "image_edit", "generations": "image_generation"}
PREVIEW_TOKENS = 100


def events(route: str, answer: dict[str, Any], previews: int) -> bytes:
    """The body of the stream that an ``answer`` to a route comes as."""
    kind = KINDS[route]
    common = {"created_at": answer["created"], "size": answer["size"]}
    usage = dict(answer["usage"])
    usage["output_tokens"] += PREVIEW_TOKENS * previews * len(answer["data"])
    sent: list[dict[str, Any]] = []
    for item in answer["data"]:
        sent += [
            {"type": f"{kind}.partial_image", "partial_image_index": index, **common, **item}
            for index in range(previews)
        ]
        sent.append({"type": f"{kind}.completed", "usage": usage, **common, **item})
    return b"".join(event(one["type"], one) for one in sent)


def event(name: str, data: dict[str, Any]) -> bytes:
    """One event as it goes over the wire."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
