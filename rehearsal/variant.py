"""The shipped template as it is rehearsed: each change is one line with its reason."""

from __future__ import annotations

import copy
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from combinatoric_collage.local.template import parse
from rehearsal.places import ROOT

TEMPLATE = ROOT / "template.yaml"
ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
"""What Lambda calls this machine's processor, by what Python calls it."""
AT_ONCE = 2
"""Items of a Map under way at once, on a machine of few cores."""


@dataclass(frozen=True)
class Change:
    """Something of the shipped template that is rehearsed otherwise."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True)
class Variant:
    """A template to rehearse, and in what it differs from the shipped one."""

    template: dict[str, Any]
    definitions: dict[str, dict[str, Any]]
    """File name -> a workflow's definition, to be written beside the template."""
    changes: tuple[Change, ...]

    def write(self, folder: Path) -> Path:
        """Write template and definitions; the template's path."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, definition in self.definitions.items():
            (folder / name).write_text(json.dumps(definition, indent=1), encoding="utf-8")
        path = folder / "template.json"
        path.write_text(json.dumps(self.template, indent=1), encoding="utf-8")
        return path


def runtime() -> str:
    """This machine's Python, as Lambda names its runtimes."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def derive(template: dict[str, Any]) -> Variant:
    """The variant of a SAM template whose paths are relative to the repository."""
    made = copy.deepcopy(template)
    definitions: dict[str, dict[str, Any]] = {}
    changes = [*_machine(made), *_definitions(made, definitions), *_alarms(made)]
    changes += [*_map_runs(made), *_distributions(made)]
    _anchor(made)
    return Variant(made, definitions, tuple(changes))


def shipped() -> dict[str, Any]:
    """template.yaml as data."""
    return parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE)


def of_type(template: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources of a type, with their logical ids."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource


def _anchor(template: dict[str, Any]) -> None:
    """Name code where it lies: the variant is written elsewhere."""
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = str(ROOT / resource["Properties"][name])


def _machine(template: dict[str, Any]) -> Iterator[Change]:
    """Functions and layers are for this machine, where they run."""
    architecture = ARCHITECTURES[platform.machine()]
    shared = template["Globals"]["Function"]
    shipped_for = f"{shared['Runtime']} on {shared['Architectures'][0]}"
    shared["Runtime"], shared["Architectures"] = runtime(), [architecture]
    for _, layer in of_type(template, "AWS::Serverless::LayerVersion"):
        layer["Properties"]["CompatibleRuntimes"] = [runtime()]
        layer["Properties"]["CompatibleArchitectures"] = [architecture]
        layer["Metadata"]["BuildArchitecture"] = architecture
    yield Change(
        f"{runtime()} on {architecture} in place of {shipped_for}",
        "functions run in processes of this machine",
    )
    yield Change(
        "no byte code in the layers",
        "that of the shipped ones is the runtime's; here modules write their own as they come",
    )


def _definitions(
    template: dict[str, Any], definitions: dict[str, dict[str, Any]]
) -> Iterator[Change]:
    """Workflows are JSON, with their substitutions left in place."""
    for name, machine in of_type(template, "AWS::Serverless::StateMachine"):
        path = ROOT / machine["Properties"]["DefinitionUri"]
        definition = parse(path.read_text(encoding="utf-8"), path)
        definitions[f"{path.stem}.json"] = definition
        machine["Properties"]["DefinitionUri"] = f"{path.stem}.json"
        yield Change(
            f"{name}'s definition is written as JSON", "MiniStack does not parse YAML from S3"
        )
        for state, body in _states(definition):
            if body.pop("MaxConcurrencyPath", None):
                body["MaxConcurrency"] = AT_ONCE
                yield Change(
                    f"{state} has MaxConcurrency {AT_ONCE} in place of its path",
                    "MiniStack does not read the path, and would start a function for every item",
                )


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, body in machine["States"].items():
        yield name, body
        if "ItemProcessor" in body:
            yield from _states(body["ItemProcessor"])


def _alarms(template: dict[str, Any]) -> Iterator[Change]:
    """Alarms by metric math are left out."""
    for name, alarm in [*of_type(template, "AWS::CloudWatch::Alarm")]:
        if "Metrics" in alarm["Properties"]:
            del template["Resources"][name]
            yield Change(f"{name} is left out", "MiniStack makes no alarm by metric math")


def _distributions(template: dict[str, Any]) -> Iterator[Change]:
    """Nothing is shared: there is nobody who would hold an address to its signature."""
    for name, resource in of_type(template, "AWS::CloudFront::Distribution"):
        assert resource["Condition"], f"{name} has to be one that a parameter turns on"
        yield Change(
            f"{name} is not made, as it is off by default",
            "whether MiniStack would hold requests to their signature has not been tried",
        )


def _map_runs(template: dict[str, Any]) -> Iterator[Change]:
    """Who may look at one workflow's runs of a Map may look at all."""
    for name, function in of_type(template, "AWS::Serverless::Function"):
        for policy in function["Properties"]["Policies"]:
            for statement in policy["Statement"]:
                if statement["Action"] == "states:DescribeMapRun":
                    statement["Resource"] = "*"
                    yield Change(
                        f"{name} may DescribeMapRun on *",
                        "MiniStack asks for it on no resource, so that no narrower one is enough",
                    )
