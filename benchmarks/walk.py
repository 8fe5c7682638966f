"""The shipped workflow walked state by state: what a run enters, starts and has in its history.

Nothing is executed. Choices are made by facts, the values that a run would have at their paths; a
Map goes once through its states for all of its items. Of each Task the first attempt is walked; how
many there are besides is for who asks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]
Facts = Mapping[str, Any]

EVENTS = {"Task": 5, "Pass": 2, "Choice": 2, "Wait": 2, "Succeed": 2, "Fail": 1}
"""Of a state's passage: entered and exited, of a Task also scheduled, started and succeeded."""
EXECUTION_EVENTS = 2
MAP_EVENTS, MAP_RUN_EVENTS, ITERATION_EVENTS = 4, 2, 2
ATTEMPT_EVENTS = 3
"""Failed, scheduled and started once more."""
INVOKE, PUT_EVENTS = ":states:::lambda:invoke", ":states:::events:putEvents"
RUN_TASK = ":states:::ecs:runTask.sync"


@dataclass
class Walk:
    """What a run, with all that its Maps start, comes to by its definition."""

    transitions: int = 0
    """States entered, and the start of each child of a distributed Map."""
    events: int = 0
    """Of the run's own history."""
    children: dict[str, int] = field(default_factory=dict)
    """Executions that distributed Maps start, by the Map's name."""
    child_events: int = 0
    """Of the longest history of such a child."""
    invoked: Counter[str] = field(default_factory=Counter)
    """Invocations of functions, by the substitution that names them."""
    announced: int = 0
    """Events put onto EventBridge."""
    tasks: int = 0
    """Containers run."""


def walk(machine: State, facts: Facts, items: Mapping[str, int]) -> Walk:
    """A run in which the facts hold; ``items`` of a Map are told by the path that they lie at.

    Raises:
        KeyError: when a Choice or a Map needs something that is not told.
    """
    found = Walk()
    found.events = EXECUTION_EVENTS + _enter(machine, facts, items, found, 1)
    return found


def path(machine: State, facts: Facts) -> Iterator[tuple[str, State]]:
    """The states that are entered one after another, with their names."""
    name = machine["StartAt"]
    while name is not None:
        state = machine["States"][name]
        yield name, state
        name = _next(state, facts)


def most_attempts(task: State) -> int:
    """How often a Task is tried at most, all of its rules used up."""
    return 1 + sum(int(rule["MaxAttempts"]) for rule in task.get("Retry", []))


def _enter(machine: State, facts: Facts, items: Mapping[str, int], found: Walk, times: int) -> int:
    """Walk so many executions or iterations; the events that one adds to its history."""
    events = 0
    for name, state in path(machine, facts):
        found.transitions += times
        if state["Type"] == "Map":
            events += _map(name, state, facts, items, found, times)
            continue
        events += EVENTS[state["Type"]]
        resource = state.get("Resource", "")
        if resource.endswith(INVOKE):
            found.invoked[_function(state)] += times
        elif resource.endswith(PUT_EVENTS):
            found.announced += times * len(state["Parameters"]["Entries"])
        elif resource.endswith(RUN_TASK):
            found.tasks += times
    return events


def _map(
    name: str, state: State, facts: Facts, items: Mapping[str, int], found: Walk, times: int
) -> int:
    """Walk the states inside a Map; the events that it adds to the history of what it is in."""
    count = items[items_path(state)]
    processor = state["ItemProcessor"]
    inside = _enter(processor, facts, items, found, times * count)
    if not is_distributed(state):
        return MAP_EVENTS + count * (ITERATION_EVENTS + inside)
    found.transitions += times * count
    found.children[name] = found.children.get(name, 0) + times * count
    found.child_events = max(found.child_events, EXECUTION_EVENTS + inside)
    return MAP_EVENTS + MAP_RUN_EVENTS


def is_distributed(state: State) -> bool:
    """Whether each item of a Map is an execution of its own."""
    return bool(state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED")


def items_path(state: State) -> str:
    """The path of the array of a Map's items, or of the key of the file that they are in."""
    if "ItemReader" in state:
        return str(state["ItemReader"]["Parameters"]["Key.$"])
    return str(state["ItemsPath"])


def _function(task: State) -> str:
    """The function that a Task invokes, without ``Function`` at its end."""
    match = re.fullmatch(r"\$\{(\w+)Function\}", task["Parameters"]["FunctionName"])
    if match is None:
        raise KeyError(task["Parameters"]["FunctionName"])
    return match[1]


def _next(state: State, facts: Facts) -> str | None:
    following: str | None
    if state["Type"] == "Choice":
        held = [rule["Next"] for rule in state["Choices"] if holds(rule, facts)]
        following = held[0] if held else state["Default"]
    else:
        following = state.get("Next")
    return following


def holds(rule: State, facts: Facts) -> bool:
    """Whether a rule of a Choice holds.

    Raises:
        KeyError: when the value that it tests is not told.
    """
    if "And" in rule:
        return all(holds(each, facts) for each in rule["And"])
    if "Or" in rule:
        return any(holds(each, facts) for each in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], facts)
    variable = rule["Variable"]
    (test,) = rule.keys() - {"Variable", "Next"}
    wanted = rule[test]
    if test == "IsPresent":
        return (variable in facts) is bool(wanted)
    value = facts[variable]
    if test == "IsNull":
        return (value is None) is bool(wanted)
    if test.endswith("Path"):
        test, wanted = test.removesuffix("Path"), facts[wanted]
    return _COMPARED[re.sub("^(Numeric|String|Boolean)", "", test)](value, wanted)


_COMPARED = {
    "Equals": lambda a, b: bool(a == b),
    "LessThan": lambda a, b: bool(a < b),
    "LessThanEquals": lambda a, b: bool(a <= b),
    "GreaterThan": lambda a, b: bool(a > b),
    "GreaterThanEquals": lambda a, b: bool(a >= b),
}
