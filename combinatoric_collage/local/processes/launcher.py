"""How a function's process is started: forked where that makes no difference to the function."""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from threading import Lock, Thread

from combinatoric_collage.local.processes.child import Child
from combinatoric_collage.local.processes.forked import BOOTSTRAP, Zygote
from combinatoric_collage.local.processes.functions import Function

# Elsewhere libraries of the system do not bear to be forked.
FORKS = sys.platform == "linux"


class Launcher:
    """Starts processes of functions."""

    def __init__(self, zygotes: Callable[[], Iterable[Zygote]]) -> None:
        """`zygotes` makes those that functions may be forked off, once one is needed.

        One that is grown from another comes after it.
        """
        self._make = zygotes
        self._lock = Lock()
        self._asked = False
        self._zygotes: list[Zygote] = []
        self._stopped = False

    def prepare(self) -> None:
        """Makes the zygotes beside what else is done until somebody asks for a process."""
        if FORKS:
            Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        # Where one cannot be made functions are started without it.
        with suppress(OSError):
            self._made()

    def _made(self) -> list[Zygote]:
        with self._lock:
            if not self._asked and not self._stopped:
                self._asked = True
                # One after another: those before one that cannot be made have to be ended as well.
                for zygote in self._make():
                    self._zygotes.append(zygote)
                    if self._stopped:
                        break
            return self._zygotes

    def start(
        self, function: Function, environment: Mapping[str, str], hear: Callable[[str], None]
    ) -> Child:
        """A process of a function, of which `hear` gets every line that it prints."""
        for zygote in reversed(self._made() if FORKS else []):
            if zygote.fits(function, environment):
                with suppress(OSError):
                    return zygote.fork([function.handler], function.folders[0], environment, hear)
        return Child.python(
            # -P: the folder of the bootstrap must not hide modules of the function.
            # -S: what is installed here is not what Lambda has; see `layers`.
            ["-P", "-S", str(BOOTSTRAP), function.handler],
            function.folders[0],
            environment,
            hear,
        )

    def stop(self) -> None:
        """Ends the zygotes, when all that were forked off them have ended; may be called again."""
        self._stopped = True
        for zygote in list(self._zygotes):
            zygote.give_up()
        with self._lock:
            while self._zygotes:
                self._zygotes.pop().stop()
