"""What asks a command to end: Ctrl-C, a terminal that closes, a service manager."""

from __future__ import annotations

import signal
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""By which a terminal, a service manager and a closed window ask for the end."""

INTERRUPTED = 130
"""The exit code then."""


def as_interrupts() -> None:
    """Have all of them raise KeyboardInterrupt, as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in ENDING:
        # nohup has it ignored, and means that.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
