"""Python's collector of garbage, while there is none to collect."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Within:
    """How many are within at the moment, and whether the collector was on before the first."""

    lock = Lock()
    count = 0
    on = False


@contextmanager
def uncollected(*, kept: bool = False) -> Iterator[None]:
    """Have it look for none meanwhile, until the last thread that wants that is out.

    What a module brings stays: if it is ``kept``, nothing that is there by then is gone through
    later either. Without this the collector goes through all of that again and again, which is a
    sixth of the processor time in which a laptop cloud starts, and a fifteenth of that in which the
    function Api does.
    """
    with _Within.lock:
        if not _Within.count:
            _Within.on = gc.isenabled()
            gc.disable()
        _Within.count += 1
    try:
        yield
    finally:
        if kept:
            # Once it is on again it would begin with that.
            gc.freeze()
        with _Within.lock:
            _Within.count -= 1
            if not _Within.count and _Within.on:
                gc.enable()
