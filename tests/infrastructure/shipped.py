"""What is shipped, as data: the template and the workflow that lie in the repository."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
WORKFLOW, MESSAGES = "CollageStateMachine", "MessagesStateMachine"
DEFINITIONS = {
    WORKFLOW: ROOT / "state_machine" / "collage.asl.yaml",
    MESSAGES: ROOT / "state_machine" / "messages.asl.yaml",
}
"""The state machines' definitions, by logical id; where none is said the workflow is meant."""
LAMBDA = ":states:::lambda:invoke"


@cache
def template() -> dict[str, Any]:
    """template.yaml, its short tags written out."""
    return dict(yaml_parse(TEMPLATE.read_text()))


@cache
def definition(name: str = WORKFLOW) -> dict[str, Any]:
    """A state machine, its substitutions not yet made."""
    return dict(yaml_parse(DEFINITIONS[name].read_text()))


@cache
def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the template's resources of a type, by logical id."""
    return {
        name: resource["Properties"]
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, dict[str, Any]]:
    """The properties of every function, by logical id, with those of Globals."""
    shared = template()["Globals"]["Function"]
    return {name: {**shared, **own} for name, own in resources("AWS::Serverless::Function").items()}


def folder(name: str) -> Path:
    """The folder of a function's code."""
    return ROOT / functions()[name]["CodeUri"]


def resolved(value: Any, references: Mapping[str, str], holds: Collection[str]) -> str:
    """What a function's variable is, of the intrinsic functions that the template has there.

    ``references`` are what parameters and resources are called; ``holds`` the conditions that hold.
    """
    if not isinstance(value, dict):
        return str(value)
    ((intrinsic, given),) = value.items()
    if intrinsic == "Ref":
        return "" if given == "AWS::NoValue" else references[given]
    if intrinsic == "Fn::If":
        condition, then, otherwise = given
        return resolved(then if condition in holds else otherwise, references, holds)
    if intrinsic == "Fn::Join":
        separator, parts = given
        found = [resolved(part, references, holds) for part in parts]
        return str(separator).join(part for part in found if part)
    assert intrinsic == "Fn::Sub"
    return re.sub(r"\$\{([\w:.]+)\}", lambda name: references[name[1]], given)


@dataclass(frozen=True)
class State:
    """A state of the workflow, and the machine that it belongs to."""

    name: str
    body: dict[str, Any]
    machine: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def at_top(self) -> bool:
        """Whether it is not inside a Map."""
        return self.machine is definition()

    @property
    def function(self) -> str:
        """The logical id of the function that it invokes."""
        found = re.fullmatch(r"\$\{(\w+)\}", self.body["Parameters"]["FunctionName"])
        assert found is not None
        return found[1]


def states(machine: dict[str, Any] | None = None) -> Iterator[State]:
    """Every state of the workflow, also those inside of a Map."""
    machine = definition() if machine is None else machine
    for name, body in machine["States"].items():
        yield State(name, body, machine)
        if "ItemProcessor" in body:
            yield from states(body["ItemProcessor"])


def tasks(name: str = WORKFLOW) -> list[State]:
    """Every Task of a state machine."""
    return [state for state in states(definition(name)) if state.body["Type"] == "Task"]


def following(body: dict[str, Any]) -> set[str]:
    """The names of the states that may come next."""
    ways = [body, *body.get("Catch", []), *body.get("Choices", [])]
    return {way["Next"] for way in ways if "Next" in way} | (
        {body["Default"]} if "Default" in body else set()
    )


def reachable(machine: dict[str, Any], start: str) -> set[str]:
    """The states that a run may come through from one on."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += following(machine["States"][name])
    return seen
