"""Batches that fit: halved where the memory is too small for them, and as small from then on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from collage.errors import OutOfMemory
from tasks.diffusion.machine import free, is_out_of_memory, machine
from tasks.diffusion.renderers import Made

Render = Callable[[Sequence[Any]], list[Made | Exception]]


class Fitting:
    """How many tiles fit at once, by what they are made with; learned from what did not fit."""

    def __init__(self) -> None:
        self._most: dict[Any, int] = {}

    def render(
        self, name: Any, render: Render, jobs: Sequence[Any], halved: Callable[[], None]
    ) -> list[Made | Exception]:
        """What ``render`` makes of the jobs, in batches that fit.

        ``name`` tells what decides the memory of a job. A width that did not fit is not tried
        again for it: denoising is not paid for to fail at its end once more. ``halved`` is called
        whenever the width is halved. Of a job that does not fit alone comes `OutOfMemory`.
        """
        made: list[Made | Exception] = []
        while len(made) < len(jobs):
            width = min(self._most.get(name, len(jobs)), len(jobs))
            some = jobs[len(made) : len(made) + width]
            # All batches of one shape: what becomes of a job does not depend on where it stands.
            padded = [*some, *[some[-1]] * (width - len(some))]
            try:
                made += render(padded)[: len(some)]
                continue
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            free()
            if width == 1:
                why = f"A tile does not fit into the memory of {machine()}, not even alone."
                made.append(OutOfMemory(why))
                continue
            self._most[name] = (width + 1) // 2
            halved()
        return made
