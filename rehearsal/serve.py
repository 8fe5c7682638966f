"""``python -P serve.py PACKAGES ADDRESS``: MiniStack, served by Lambda's runtime for Python.

A function's process is started by the Python that serves. That one has boto3 alone; what MiniStack
is made of, in the folder PACKAGES, is added for the server only. Served by its own command it would
take port 443 as well.
"""

import asyncio
import os
import re
import site
import sys
from typing import Any

RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)
"""The line of a traceback that names the exception: what is above it is indented."""


def named(result: dict[str, Any]) -> dict[str, Any]:
    """What a function that failed answers, with the exception's name as Lambda gives it.

    MiniStack calls every exception Runtime.HandlerError, by which no workflow could tell what to
    try again. The name stands in the traceback, which it keeps with the log.
    """
    body: Any = result.get("body")
    trace = result.get("log", "").rpartition("Traceback ")[2]
    if result.get("error") and body.get("errorType") == "Runtime.HandlerError":
        raised = RAISED.search(trace.partition("\n")[2])
        if raised:
            body["errorType"] = raised[1].rpartition(".")[2]
    return result


def main(packages: str, address: str) -> None:
    """Serve until the process is ended."""
    site.addsitedir(packages)
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.services import lambda_svc

    execute = lambda_svc._execute_function_warm
    lambda_svc._execute_function_warm = lambda *given: named(execute(*given))

    config = Config()
    config.bind = [address]
    config.keep_alive_timeout = 75
    config.certfile = os.environ["MINISTACK_SSL_CERT"]
    config.keyfile = os.environ["MINISTACK_SSL_KEY"]
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main(*sys.argv[1:])
