"""What an emulated process runs: one function's handler, for each of the events in a file.

``python -P invoke.py HANDLER EVENTS ANSWERS``; both files are JSON. Only the standard library is
imported here: the rest is what is on trial.
"""

import json
import platform
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8a1b2c3d-0000-4000-8000-000000000000"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:emulated"


def main(handler: str, events: str, answers: str) -> None:
    """Import the handler, answer the events, and say on what all of it ran."""
    module, _, name = handler.rpartition(".")
    function = getattr(import_module(module), name)
    imported = time.process_time()
    given = [function(event, Context("emulated")) for event in json.loads(Path(events).read_text())]
    said = {
        "answers": given,
        "machine": platform.machine(),
        "python": platform.python_version(),
        "import_seconds": imported,
        "seconds": time.process_time() - imported,
    }
    Path(answers).write_text(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
