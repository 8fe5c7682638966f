"""The patterns of rules that docs/events.md gives, by the kind of event that each hears."""

import json
import re
from pathlib import Path

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "events.md").read_text(encoding="utf-8")

_ALL = [json.loads(line) for line in re.findall(r"^\{.*\}$", PAGE, re.MULTILINE)]

PATTERNS = {
    pattern["detail"]["kind"][0]: json.dumps(pattern)
    for pattern in _ALL
    if len(pattern.get("detail", {}).get("kind", [])) == 1
}
