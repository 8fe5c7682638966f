"""Python's collector of garbage, while there is none to collect."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Have it look for none meanwhile.

    What a module brings stays. Without this the collector goes through all of that again and
    again, which is a sixth of the processor time in which a laptop cloud starts, and a fifteenth of
    that in which the function Api does.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
