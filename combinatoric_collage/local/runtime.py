"""What functions of a plan run in: where their modules are found, and how a process begins."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Self

from combinatoric_collage.local import aws, scratch, template
from combinatoric_collage.local.code import Code
from combinatoric_collage.local.errors import CloudError
from combinatoric_collage.local.processes.forked import Zygote
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.launcher import FORKS, Launcher
from combinatoric_collage.local.template import Plan
from combinatoric_collage.local.translations import translations


@dataclass(frozen=True)
class Preload:
    """Modules that are imported once for all processes of functions.

    Of one with the name of a function after a colon that is called, too; of ``boto3/SERVICE`` it is
    read what that service of AWS's is like.
    """

    for_all: Sequence[str] = ("boto3/s3",)
    """Those of the layers that all functions have, or of what Lambda brings."""
    by_layer: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Those for the functions that have a layer, by what the template calls it."""
    by_variable: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """Those for each function that has a layer and a value of a variable, by these two; imported
    when it is first started, which is when the value is known."""


class Runtime:
    """The code of a plan, laid out, and the processes that those of its functions are forked off.

    None of it depends on the stack, before which it may begin.
    """

    def __init__(self, plan: Plan, region: str, preload: Preload) -> None:
        self._of = plan, region, preload
        self.folder = scratch.folder()
        """For whatever the cloud's processes write."""
        self.code = Code(plan, self.folder)
        self._lock = Lock()
        self._unheard: list[str] = []
        self._hear: Callable[[str], None] = self._unheard.append
        self._functions: list[Function] = []
        self.launcher = Launcher(self._zygotes, self._own_zygote)

    @classmethod
    def ahead(cls, path: Path, stack: str, preload: Preload) -> Self | None:
        """One for a template's stack before its parameters are known; with most it serves.

        There is none where nothing is forked, and none of a template that is yet to be translated.
        """
        region = aws.REGION
        with suppress(CloudError, OSError):
            plan = template.kept(path, {}, region, stack, translations()) if FORKS else None
            if plan is not None:
                return cls(plan, region, preload)
        return None

    def begin(self) -> None:
        """Begins its processes, beside what else is done; may be called again.

        Whoever calls it ends them by `stop`, however this ended.
        """
        if not self._functions:
            self._functions = list(self.code.expected())
            self.launcher.prepare()

    def serves(self, plan: Plan, region: str, preload: Preload) -> bool:
        """Whether it is what would be made of these."""
        return self._of == (plan, region, preload)

    def tell(self, hear: Callable[[str], None]) -> None:
        """Has every line told that the processes print by themselves, those until now as well."""
        with self._lock:
            self._hear = hear
            for line in self._unheard:
                hear(line)

    def stop(self) -> None:
        """Ends it, when all that were forked off its processes have ended; may be called again."""
        self.launcher.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _heard(self, line: str) -> None:
        with self._lock:
            self._hear(line)

    def _zygotes(self) -> Iterator[Zygote]:
        """One for all functions, and one of those that have a layer.

        It is grown from that of a layer which all of them have as well, or else from the first.
        """
        _, region, preload = self._of
        functions = self._functions
        if not functions:
            return
        home, nobody = self.folder / "zygote", aws.Credentials("", "")

        def with_environments(those: Iterable[Function]) -> list[tuple[Function, dict[str, str]]]:
            return [(one, one.environment("", "", region, nobody, home)) for one in those]

        every = Zygote(with_environments(functions), preload.for_all, home, self._heard)
        yield every
        grown: dict[str, Zygote] = {}
        for layer, modules in preload.by_layer.items():
            if having := [one for one in functions if layer in one.layers]:
                common = [own for own in grown if all(own in one.layers for one in having)]
                root = grown[common[-1]] if common else every
                its = self.folder / f"zygote-{layer}"
                grown[layer] = Zygote(with_environments(having), modules, its, self._heard, root)
                yield grown[layer]

    def _own_zygote(
        self, function: Function, environment: Mapping[str, str], root: Zygote
    ) -> Zygote | None:
        """One for a function alone, grown from ``root``, where it has more than that."""
        _, _, preload = self._of
        modules = [
            module
            for (layer, variable), its in preload.by_variable.items()
            if layer in function.layers and environment.get(variable)
            for module in its
        ]
        if not modules:
            return None
        home = self.folder / f"zygote-{function.name}"
        return Zygote([(function, environment)], modules, home, self._heard, root)
