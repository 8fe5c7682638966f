"""Two small collages through every door, on any stack."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

import requests

from rehearsal.subject import Subject, eventually, expect, photo

SMALL: Mapping[str, Any] = {
    "rows": 2,
    "cols": 3,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art"],
}
"""What an upload asks for: six tiles of the painter."""
LISTED: Mapping[str, Any] = {"rows": 2, "cols": 2, "size": 64, "cell": 32, "theme": "weaving"}
"""What the API is asked for: four tiles, of styles that the stack lists."""
TILES = 10
"""Of both."""


def texts(options: Mapping[str, Any]) -> dict[str, str]:
    """Options as metadata has them."""
    return {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in options.items()
    }


def listed(subject: Subject) -> dict[str, Any]:
    """The request for the API: without a theme where the stack has no language model to ask."""
    given = subject.stack.parameters
    asks = given.get("OpenAiSecret") or (given.get("Bedrock") == "on" and given["BedrockTextModel"])
    return {name: value for name, value in LISTED.items() if asks or name != "theme"}


def strangers(subject: Subject) -> str:
    """Nobody comes in without a signature."""
    unsigned = subject.ask("GET", "/collages", signed=False)
    s3 = subject.stack.client("s3")
    url = f"{s3.meta.endpoint_url}/{subject.stack.outputs['CollagesBucket']}/"
    anonymous = requests.get(url, verify=subject.trusted, timeout=60)
    expect(unsigned.status_code in {401, 403}, f"the API answered {unsigned.status_code}")
    expect(anonymous.status_code in {301, 307, 403}, f"S3 answered {anonymous.status_code}")
    return f"API {unsigned.status_code}, S3 {anonymous.status_code}"


def by_upload(subject: Subject) -> str:
    """A picture that is put into the bucket becomes a collage by S3's event."""
    key = subject.drop(f"{secrets.token_hex(4)}.png", photo(subject.seed), texts(SMALL))

    def started() -> dict[str, Any] | None:
        found = subject.answer("GET", "/collages?limit=20")["items"]
        return next((one for one in found if one["source"] == key), None)

    collage = eventually(f"the collage of {key}", started)
    seen = subject.ended(collage["id"])
    expect(seen["state"] == "done", f"{seen}")
    return f"collage {seen['id']}, {seen['tiles']['done']} tiles"


def by_api(subject: Subject) -> str:
    """A form, an estimate, a collage with the styles listed, its links, and another layout."""
    asked = {**listed(subject), "source": subject.upload(photo(subject.seed + 1))}
    estimate = subject.answer("POST", "/collages/estimate", asked)
    started = subject.answer("POST", "/collages", asked)
    seen = subject.ended(started["id"])
    expect(seen["state"] == "done", f"{seen}")
    picture = requests.get(seen["links"]["preview"], verify=subject.trusted, timeout=60)
    expect(picture.content[:2] == b"\xff\xd8", f"the preview's link: {picture.status_code}")
    tiles = subject.answer("GET", f"/collages/{seen['id']}/tiles")["items"]
    expect(len(tiles) == estimate["tiles"], f"{len(tiles)} tiles of {estimate}")
    relaid = subject.answer("POST", f"/collages/{seen['id']}/assemble", {"rows": 1, "cols": 4})

    def laid() -> bool:
        link = relaid["links"]["collage"]
        return requests.get(link, verify=subject.trusted, timeout=60).ok

    eventually("the other layout", laid)
    return f"collage {seen['id']}, {len(tiles)} tiles, laid out twice"


def by_command(subject: Subject) -> str:
    """The command finds the upload's collage by picture and options, and fetches it."""
    source = subject.folder / "photo.png"
    source.write_bytes(photo(subject.seed))
    asked = subject.folder / "request.json"
    asked.write_text(json.dumps(SMALL), encoding="utf-8")
    made = subject.done("run", str(source), "--request", str(asked), "--out", "ran")
    reused = made["tiles"]
    expect(set(reused) <= {"done", "reused"}, f"{made}")
    seen = subject.done("status", made["id"])
    expect(seen["state"] == "done", f"{seen}")
    expect((subject.folder / made["collage"]).stat().st_size > 0, "the collage is empty")
    return f"collage {made['id']}, {sum(reused.values())} tiles, nothing made twice"


DOORS = (strangers, by_upload, by_api, by_command)
