"""A trial: a run is struck by faults, comes to its end, and is asked for again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from collage.errors import CollageError
from tests.faults import injector, invariants
from tests.faults.kinds import Killed
from tests.faults.workflow import PHASES, Caught, Invocation, Run, Workflow
from tests.faults.world import SMALL, Memory, World

Stop = Callable[[], bool]
"""Ends a fault, and says whether it came to pass."""

DOOR = "StartCollage"
ALL = (DOOR, *PHASES)


class Bills(Protocol):
    """What a provider bills: pictures by tile, or lists of styles."""

    def read(self) -> Counter[str]:
        """Since they were cleared."""

    def clear(self) -> None:
        """Count from here on."""


@dataclass(frozen=True)
class Scenario:
    """Faults that strike a run from a phase on."""

    kind: str
    """What the report counts it under."""
    phase: str
    plan: injector.Plan = injector.nothing
    fault: Invocation | None = None
    strike: Callable[[], Stop] | None = None
    """Begins a fault that is none of AWS's."""
    whole: bool = False
    """Whether faults may also strike in the phases that follow."""
    another: bool = False
    """Whether what is made may be another picture, which was paid for and is kept."""
    steady: bool = False
    """Whether the phase has to end as if nothing had been."""
    in_parts: bool = False
    """Whether a file in parts may be left under way, which the bucket's rule removes in a day."""


@dataclass
class Trial:
    """A world and its undisturbed run: how everything was before each phase, and after it."""

    world: World
    scratch: Path
    billed: Bills | None = None
    """Of a provider, where there is one."""
    options: Mapping[str, Any] = field(default_factory=lambda: SMALL)
    before: dict[str, Memory] = field(default_factory=dict)
    after: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The services that each phase asks, in turn."""
    invocations: dict[str, int] = field(default_factory=dict)
    flow: Workflow = field(init=False)
    price: float = 0.0
    """Of a picture or a list of styles, in dollars."""
    lists: bool = False
    """Whether what is billed are lists, which have no keys as tiles have."""
    operations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each phase asks of them."""

    def prepare(self) -> None:
        """Run undisturbed."""
        self.flow = Workflow(self.world, options=dict(self.options))
        for phase in ALL:
            self.before[phase] = self.world.remember()
            self.world.injector.arm(injector.nothing)
            began = self.flow.invocations
            if phase == DOOR:
                self.flow.start()
            else:
                self.flow.phase(phase)
            self.requests[phase] = tuple(self.world.injector.asked)
            self.operations[phase] = tuple(self.world.injector.operations)
            self.invocations[phase] = self.flow.invocations - began
            self.after[phase] = self.world.state()
        # A machine that is too busy would make another measure of all that follows.
        invariants.hold(not self.flow.errors, f"the undisturbed run met {self.flow.errors}")
        self.world.end_runs()
        if self.billed is not None:
            spent = sum(self.world.numbers("spent#").values())
            self.price = spent / 1e6 / self.billed.read().total()

    def survive(self, scenario: Scenario) -> bool:
        """Whether the faults came to pass at all.

        Raises:
            Broken: when an invariant does not hold.
        """
        world, phase = self.world, scenario.phase
        world.restore(self.before[phase])
        if self.billed is not None:
            self.billed.clear()
        flow = Workflow(
            world,
            scenario.fault,
            options=dict(self.options),
            collage=self.flow.collage,
            planned=self.flow.planned,
        )
        finished = world.finished()
        world.injector.arm(scenario.plan)
        stop = scenario.strike() if scenario.strike is not None else lambda: False
        try:
            run = self._phase(flow, phase)
            if run is None and not scenario.whole and world.state() == self.after[phase]:
                # As undisturbed to the byte: so is all that follows.
                self._books(finished, scenario)
                return self._struck(flow, stop)
            invariants.hold(run or not scenario.steady, "the phase did not end as undisturbed")
            if run is None:
                run = self._rest(flow, phase)
        finally:
            struck = self._struck(flow, stop)
        if run.status not in ("REFUSED", "UNTOLD"):
            invariants.ended(world, flow, run)
        self._books(finished, scenario)
        finished = world.finished()
        self._again(another=scenario.another)
        self._books(finished, scenario)
        return struck

    def _rest(self, flow: Workflow, phase: str) -> Run:
        """What comes after a phase."""
        if phase != ALL[-1]:
            return flow.run(ALL[ALL.index(phase) + 1])
        self.world.end_runs()
        return Run("SUCCEEDED")

    def _phase(self, flow: Workflow, phase: str) -> Run | None:
        """Come through a phase; how the run ended, if it did."""
        if phase != DOOR:
            try:
                flow.phase(phase)
            except Caught as caught:
                return flow.fail(caught.error)
            return None
        try:
            flow.start()
        except Killed:
            return Run("REFUSED", "killed")
        except (ClientError, BotoCoreError) as error:
            # An upload's event becomes a dead letter; the API answers 503.
            return Run("REFUSED", type(error).__name__)
        except CollageError as error:
            return Run("REFUSED", type(error).__name__)
        return None

    def _struck(self, flow: Workflow, stop: Stop) -> bool:
        return stop() or bool(self.world.injector.injected) or flow.faulted

    def _books(self, finished: dict[str, str], scenario: Scenario) -> None:
        """What holds at any time."""
        invariants.kept(self.world, finished)
        invariants.once(self.world)
        invariants.clean(self.world, self.scratch, in_parts=scenario.in_parts)
        if self.billed is not None:
            billed = self.billed.read()
            invariants.counted(self.world, billed.total(), self.price)
            if not self.lists:
                invariants.known(self.world, billed)

    def _again(self, *, another: bool) -> None:
        """Asked for again, without faults, it is complete and shows what it would have shown."""
        world = self.world
        world.end_runs()
        world.injector.arm(injector.nothing)
        flow = Workflow(world, options=dict(self.options))
        if flow.start(retry_refused=True):
            run = flow.run()
            invariants.hold(run.status == "SUCCEEDED", f"the second run failed by {run.error}")
        invariants.hold(world.store.is_complete(flow.collage), "the second run left tiles out")
        invariants.ended(world, flow, Run("SUCCEEDED"))
        if another:
            return
        shown, wanted = invariants.pictures(world.state()), invariants.pictures(self.after[ALL[-1]])
        different = {name for name in wanted if shown.get(name) != wanted[name]}
        invariants.hold(not different, f"the second run shows something else: {different}")
