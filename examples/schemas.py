"""``python -m examples.schemas [FOLDER]``: the JSON Schemas of what the pack writes and takes."""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from collage.announcements import Completed, Ended, Refused, Started
from collage.choices.choice import Choices
from collage.manifest import Failure, Manifest
from collage.plan import Plan
from collage.request.request import Request
from collage.tile import Sidecar

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[BaseModel]] = {
    "request": Request,
    "plan": Plan,
    "manifest": Manifest,
    "choices": Choices,
    "sidecar": Sidecar,
    "failure": Failure,
    "event-started": Started,
    "event-completed": Completed,
    "event-ended": Ended,
    "event-refused": Refused,
}


def text(name: str) -> str:
    """The schema of one model, as its file has it."""
    model = MODELS[name]
    taken = model is Request
    schema = model.model_json_schema(mode="validation" if taken else "serialization")
    head = {"$schema": DIALECT, "$id": f"urn:combinatoric-collage:schema:{name}"}
    return json.dumps(head | schema, indent=2) + "\n"


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        (folder / f"{name}.schema.json").write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
