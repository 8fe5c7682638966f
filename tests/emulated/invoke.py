"""What the emulated processes run: one function's handler each, for the events in a file.

``python -P invoke.py SDK...`` imports what every function is given and begins with, and has a
client of S3 made, which takes an emulator seconds each time. For every line of its input, a `Job`
as JSON, it forks a process that becomes the function, and writes a line with its exit code. Only
the standard library is imported beside that: the rest is what is on trial.
"""

import functools
import json
import os
import platform
import sys
import time
import traceback
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

    def get_remaining_time_in_millis(self) -> int:
        """Enough for all that is asked of a function here, however slowly it is emulated."""
        return 900_000


@dataclass
class Job:
    """A function and what it is asked; files by their paths."""

    environment: dict[str, str]
    path: list[str]
    """Where its modules are: its code, its layers and the runtime."""
    handler: str
    events: str
    answers: str
    printed: str


def prepare(modules: list[str]) -> None:
    """Import what functions share, and read once what S3 is like."""
    for module in modules:
        import_module(module)
    import boto3
    import botocore.session

    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    boto3.session.Session().client(
        "s3", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )


def become(job: Job, shared: list[str]) -> None:
    """Be a function: with its environment and modules, and without the path that is ``shared``."""
    out = os.open(job.printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.environ.clear()
    os.environ.update(job.environment)
    sys.path[:] = [*job.path, *(folder for folder in sys.path if folder not in shared)]
    invoke(job.handler, job.events, job.answers)


def invoke(handler: str, events: str, answers: str) -> None:
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


def main(modules: list[str]) -> None:
    """Fork a function off for every line of the input, one after the other."""
    shared = os.environ["PYTHONPATH"].split(os.pathsep)
    prepare(modules)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 1
            try:
                become(Job(**json.loads(line)), shared)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
