"""The shipped workflow walked state by state: what a run enters, starts and has in its history.

Nothing is executed: what Tasks answer is told by who asks, and Choices and Passes go by that. A Map
goes once through its states for all of its items, of which nothing is known. Of each Task the first
attempt is walked; how many there are besides is for who asks.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]
Data = dict[str, Any]

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
    map_runs: int = 0
    """Distributed Maps, one after another."""
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


@dataclass(frozen=True)
class Told:
    """What a run would find out: what Tasks answer, by their names, and items of files by key."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)


def walk(machine: State, data: Data, told: Told) -> Walk:
    """A run that begins with ``data``.

    Raises:
        KeyError: when a state needs something that is not told.
    """
    found = Walk()
    found.events = EXECUTION_EVENTS + _enter(machine, dict(data), told, found, 1)
    return found


def most_attempts(task: State) -> int:
    """How often a Task is tried at most, all of its rules used up."""
    return 1 + sum(int(rule["MaxAttempts"]) for rule in task.get("Retry", []))


def _enter(machine: State, data: Data, told: Told, found: Walk, times: int) -> int:
    """Walk so many executions or iterations; the events that one adds to its history."""
    events, name = 0, machine["StartAt"]
    while name is not None:
        state = machine["States"][name]
        found.transitions += times
        if state["Type"] == "Map":
            events += _map(name, state, data, told, found, times)
        else:
            events += EVENTS[state["Type"]]
            _count(state, found, times)
        answer = passed(state, data) if state["Type"] == "Pass" else told.answers.get(name)
        if answer is not None and (into := state.get("ResultPath")):
            data[_name(into)] = answer
        name = _next(state, data)
    return events


def _count(state: State, found: Walk, times: int) -> None:
    """Note what a Task asks other services for."""
    resource = state.get("Resource", "")
    if resource.endswith(INVOKE):
        found.invoked[_function(state)] += times
    elif resource.endswith(PUT_EVENTS):
        found.announced += times * len(state["Parameters"]["Entries"])
    elif resource.endswith(RUN_TASK):
        found.tasks += times


def _map(name: str, state: State, data: Data, told: Told, found: Walk, times: int) -> int:
    """Walk the states inside a Map; the events that it adds to the history of what it is in."""
    if "ItemReader" in state:
        count = told.files[value(state["ItemReader"]["Parameters"]["Key.$"], data)]
    else:
        count = len(value(state["ItemsPath"], data))
    inside = _enter(state["ItemProcessor"], {}, told, found, times * count)
    if not is_distributed(state):
        return MAP_EVENTS + count * (ITERATION_EVENTS + inside)
    found.transitions += times * count
    found.map_runs += times
    found.children[name] = found.children.get(name, 0) + times * count
    found.child_events = max(found.child_events, EXECUTION_EVENTS + inside)
    return MAP_EVENTS + MAP_RUN_EVENTS


def is_distributed(state: State) -> bool:
    """Whether each item of a Map is an execution of its own."""
    return bool(state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED")


def passed(state: State, data: Data) -> Any:
    """What a Pass hands on, as far as it is made of what is told."""
    if "Parameters" in state:
        return {
            name.removesuffix(".$"): value(text, data) if name.endswith(".$") else text
            for name, text in state["Parameters"].items()
        }
    return state.get("Result", value(state.get("InputPath", "$"), data))


def value(text: str, data: Data) -> Any:
    """What lies at a path, or comes of one of the functions that paths are given to.

    Raises:
        KeyError: when nothing is told of it.
    """
    if call := re.fullmatch(r"States\.(ArrayGetItem|MathAdd)\((.+), (.+)\)", text):
        first, second = (value(part, data) for part in call.groups()[1:])
        return first[second] if call[1] == "ArrayGetItem" else first + second
    if text.isdigit():
        return int(text)
    found: Any = data
    for part in text.removeprefix("$").split(".")[1:]:
        found = found[part]
    return found


def _name(path: str) -> str:
    """Of what lies at the top of a run's data."""
    return path.removeprefix("$.")


def _function(task: State) -> str:
    """The function that a Task invokes, without ``Function`` at its end."""
    match = re.fullmatch(r"\$\{(\w+)Function\}", task["Parameters"]["FunctionName"])
    if match is None:
        raise KeyError(task["Parameters"]["FunctionName"])
    return match[1]


def _next(state: State, data: Data) -> str | None:
    following: str | None
    if state["Type"] == "Choice":
        held = [rule["Next"] for rule in state["Choices"] if holds(rule, data)]
        following = held[0] if held else state["Default"]
    else:
        following = state.get("Next")
    return following


def holds(rule: State, data: Data) -> bool:
    """Whether a rule of a Choice holds.

    Raises:
        KeyError: when the value that it tests is not told.
    """
    if "And" in rule:
        return all(holds(each, data) for each in rule["And"])
    if "Or" in rule:
        return any(holds(each, data) for each in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data)
    (test,) = rule.keys() - {"Variable", "Next"}
    wanted = rule[test]
    if test == "IsPresent":
        return _is_there(rule["Variable"], data) is bool(wanted)
    found = value(rule["Variable"], data)
    if test == "IsNull":
        return (found is None) is bool(wanted)
    if test.endswith("Path"):
        test, wanted = test.removesuffix("Path"), value(wanted, data)
    return _COMPARED[re.sub("^(Numeric|String|Boolean)", "", test)](found, wanted)


def _is_there(path: str, data: Data) -> bool:
    try:
        value(path, data)
    except KeyError:
        return False
    return True


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
