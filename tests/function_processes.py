"""The processes of a laptop cloud's functions, as any program of the machine may find them."""

import re
from contextlib import suppress

import psutil


def of_function(name: str, host: int | None = None) -> list[psutil.Process]:
    """Those that work in the folder of a function's code; the name is as the template has it.

    ``host`` is the process that the cloud runs in; this one where none is given.
    """
    folder = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    found = []
    for process in psutil.Process(host).children(recursive=True):
        # One may end while it is looked at.
        with suppress(psutil.Error):
            if process.cwd().endswith(f"functions/{folder}"):
                found.append(process)
    return found
