"""Where functions of a plan find their modules, laid out as Lambda does."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

from combinatoric_collage.local.processes import layers
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.template import Plan

FUNCTION = "AWS::Lambda::Function"
RUNTIME = "runtime"
"""The folder of what Lambda itself brings."""


class Code:
    """Where functions of a plan find their modules, laid out below the folder `tmp`."""

    def __init__(self, plan: Plan, tmp: Path) -> None:
        self._plan, self._tmp = plan, tmp
        self._lock = Lock()
        self._laid_out: dict[str, layers.Contents] = {}

    def contents(self, name: str) -> layers.Contents:
        """The contents of a layer or function by its logical id."""
        path = self._plan.paths[name]
        with self._lock:
            if name not in self._laid_out:
                made = layers.unpacked(path, self._tmp / "packages" / name)
                self._laid_out[name] = made
            return self._laid_out[name]

    def runtime(self) -> tuple[Path, ...]:
        """What Lambda itself brings."""
        with self._lock:
            if RUNTIME not in self._laid_out:
                self._laid_out[RUNTIME] = layers.runtime(self._tmp / RUNTIME)
            return self._laid_out[RUNTIME].folders

    def expected(self) -> Iterator[Function]:
        """The functions as far as the plan alone says what they will be, before they are made.

        One whose layers depend on a condition, or are not of the plan, is not among them. Of its
        variables those are there that are written in the plan; names, roles and what is made are
        not known.
        """
        for name, resource in self._plan.template["Resources"].items():
            asked = resource.get("Properties") or {}
            named = asked.get("Layers", [])
            given = [one["Ref"] for one in named if isinstance(one, dict) and "Ref" in one]
            known = all(one in self._plan.paths for one in (name, *given))
            known = known and len(given) == len(named)
            if resource["Type"] == FUNCTION and known and "Condition" not in resource:
                written = asked.get("Environment", {}).get("Variables", {})
                yield Function(
                    name="",
                    arn="",
                    handler=asked["Handler"],
                    role="",
                    timeout=0,
                    memory=0,
                    runtime=asked["Runtime"],
                    variables={k: v for k, v in written.items() if isinstance(v, str)},
                    folders=self.folders(name, given),
                    layers=tuple(map(layer_name, given)),
                )

    def folders(self, name: str, given: Sequence[str]) -> tuple[Path, ...]:
        """All that the modules of a function are found in, that has been given layers."""
        return (
            *self.contents(name).folders,
            *(folder for layer in given for folder in self.contents(layer).folders),
            *self.runtime(),
        )


def layer_name(logical_id: str) -> str:
    """What the template calls a layer: the translator marks each version of one by ten digits."""
    return re.sub("[0-9a-f]{10}$", "", logical_id)
