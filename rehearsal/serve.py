"""``python -P serve.py PACKAGES ADDRESS``: MiniStack, served by Lambda's runtime for Python.

A function's process is started by the Python that serves. That one has boto3 alone; what MiniStack
is made of, in the folder PACKAGES, is added for the server only. Served by its own command it would
take port 443 as well.

Two of its faults are mended here. It calls every exception of a function Runtime.HandlerError, by
which no workflow could tell what to try again, and ends the function's process. Lambda gives the
exception's own name, and the process takes the next event. And it unpacks all layers again for
every process, which takes longer than all that the functions do; Lambda unpacks a layer once.
"""

import asyncio
import hashlib
import os
import site
import sys
import tempfile
import types
import zipfile
from pathlib import Path
from threading import Lock
from typing import Any

RAISED = "_raised"
ENDED = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
"""What MiniStack's process of a function says of an exception, after which it is ended."""
GOES_ON = (
    '{"status": "ok", "result": {"_raised": type(e).__name__, "said": str(e), '
    '"trace": traceback.format_exc()}}'
)
"""What it says here: an answer, that is turned into the exception again by `as_lambda`."""


def mended(script: str) -> str:
    """MiniStack's script of a function's process, that lives on after an exception.

    Raises:
        ValueError: when the script is another than it was.
    """
    if script.count(ENDED) != 1:
        raise ValueError(
            "MiniStack's process of a function is another than the one that was mended"
        )
    return script.replace(ENDED, GOES_ON)


def as_lambda(result: dict[str, Any]) -> dict[str, Any]:
    """What an invocation came to, with an exception told as Lambda tells it."""
    body = result.get("body")
    if not isinstance(body, dict) or RAISED not in body:
        return result
    told = {"errorType": body[RAISED], "errorMessage": body["said"], "stackTrace": []}
    return {"body": told, "error": True, "log": f"{result.get('log', '')}\n{body['trace']}"}


class UnpackedOnce(zipfile.ZipFile):
    """An archive whose files lie in one place, wherever it is unpacked: links lead there.

    The byte code that a function's process writes there is read by the next one.
    """

    PLACE = Path(tempfile.gettempdir()) / "unpacked"
    ONE_AT_A_TIME = Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Link what the archive has at its top into the folder ``path``."""
        files = repr([(member.filename, member.CRC) for member in self.infolist()])
        place = self.PLACE / hashlib.sha256(files.encode()).hexdigest()
        with self.ONE_AT_A_TIME:
            if not place.exists():
                coming = place.with_suffix(".coming")
                super().extractall(coming)
                coming.rename(place)
        for entry in place.iterdir():
            (Path(path) / entry.name).symlink_to(entry)


def main(packages: str, address: str) -> None:
    """Serve until the process is ended."""
    site.addsitedir(packages)
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    execute = lambda_svc._execute_function_warm
    lambda_svc._execute_function_warm = lambda *given: as_lambda(execute(*given))
    lambda_runtime._PYTHON_WORKER_SCRIPT = mended(lambda_runtime._PYTHON_WORKER_SCRIPT)
    once = {**vars(zipfile), "ZipFile": UnpackedOnce}
    lambda_runtime.zipfile = types.SimpleNamespace(**once)

    config = Config()
    config.bind = [address]
    config.keep_alive_timeout = 75
    config.certfile = os.environ["MINISTACK_SSL_CERT"]
    config.keyfile = os.environ["MINISTACK_SSL_KEY"]
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main(*sys.argv[1:])
