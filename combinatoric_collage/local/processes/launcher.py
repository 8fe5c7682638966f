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

Environment = Mapping[str, str]


class Launcher:
    """Starts processes of functions."""

    def __init__(
        self,
        zygotes: Callable[[], Iterable[Zygote]],
        grow: Callable[[Function, Environment, Zygote], Zygote | None],
    ) -> None:
        """`zygotes` makes those that functions may be forked off, once one is needed.

        One that is grown from another comes after it. `grow` makes from one that fits a function
        the one for that function alone, if there is to be one, when it is first started.
        """
        self._make, self._grow = zygotes, grow
        self._own: dict[str, Zygote | None] = {}
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

    def _fitting(self, function: Function, environment: Environment) -> list[Zygote]:
        """Those that it may be forked off, what is its own first."""
        fitting = [one for one in reversed(self._made()) if one.fits(function, environment)]
        with self._lock:
            if function.name not in self._own and fitting and not self._stopped:
                # Where it cannot be made the function is started without it.
                self._own[function.name] = None
                with suppress(OSError):
                    self._own[function.name] = self._grow(function, environment, fitting[0])
            own = self._own.get(function.name)
        return [own, *fitting] if own and own.fits(function, environment) else fitting

    def start(
        self, function: Function, environment: Environment, hear: Callable[[str], None]
    ) -> Child:
        """A process of a function, of which `hear` gets every line that it prints."""
        for zygote in self._fitting(function, environment) if FORKS else []:
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
        for zygote in self._all():
            zygote.give_up()
        with self._lock:
            # What was grown ends before that from which it was.
            for zygote in reversed(self._all()):
                zygote.stop()
            self._zygotes.clear()
            self._own.clear()

    def _all(self) -> list[Zygote]:
        """Every one, behind that which it is grown from."""
        return [*self._zygotes, *(own for own in list(self._own.values()) if own)]
