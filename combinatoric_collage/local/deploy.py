"""A template becomes a stack of moto's, and the functions of that which can run here."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from combinatoric_collage.local import aws
from combinatoric_collage.local.code import FUNCTION, Code, layer_name
from combinatoric_collage.local.errors import CloudError, StackError
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.template import Plan

LAYER = "AWS::Lambda::LayerVersion"


@dataclass(frozen=True)
class Stack:
    """A stack that was made."""

    outputs: dict[str, str]
    described: dict[str, Any]
    """Its outputs and parameters, as CloudFormation describes them."""
    resources: Mapping[str, Any]
    """What it has, by logical id; None where a condition is false."""
    references: Any
    """moto's map of all that the template may refer to."""


def make(
    plan: Plan,
    name: str,
    region: str,
    parameters: Mapping[str, str],
    problem: Callable[[], CloudError | None],
) -> Stack:
    """Makes the stack as CloudFormation does when it is asked for one.

    Not through a client: that would read what CloudFormation is like, and moto what it is asked,
    which takes as long as to make the stack. `problem` says why a resource could not be made, where
    that is known: moto only says that something failed.

    Raises:
        CloudError: when it cannot be made.
    """
    from moto.cloudformation.models import cloudformation_backends

    from combinatoric_collage.local.moto.cloudformation import MISSING

    backend: Any = cloudformation_backends[aws.ACCOUNT][region]
    try:
        made = backend.create_stack(name, json.dumps(plan.template), dict(parameters))
        described = _described(made)
    except Exception as error:  # What of a template moto makes nothing of, fails in any way.
        if known := problem():
            raise known from error
        raise StackError(f"The stack could not be made: {str(error) or repr(error)}") from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    found = made.resource_map
    return Stack(
        # An output that speaks of a missing resource would not be true.
        outputs={k: v for k, v in outputs.items() if MISSING not in v},
        described=described,
        resources={name: found[name] for name in plan.template["Resources"]},
        references=found,
    )


def _described(made: Any) -> dict[str, list[dict[str, str]]]:
    """The outputs and parameters of moto's stack; all values are texts, as in an API's answer."""
    listed = {
        "Outputs": (made.outputs or [], "OutputKey", "OutputValue"),
        "Parameters": (made.parameter_list, "ParameterKey", "ParameterValue"),
    }
    return {
        kind: [{name: one[name], value: str(one[value])} for one in those]
        for kind, (those, name, value) in listed.items()
    }


@dataclass(frozen=True)
class Runnable:
    """What of a stack can run on this machine."""

    plan: Plan
    stack: Stack
    code: Code
    report: Callable[[str], None]
    """Hears what is left out."""

    def functions(self) -> Iterator[tuple[str, Function | None]]:
        """The stack's functions by their logical ids; None for one that cannot run here."""
        from moto.cloudformation.parsing import clean_json

        known = {
            made.physical_resource_id: name
            for name in self.plan.paths
            if self.plan.template["Resources"][name]["Type"] == LAYER
            # A layer whose condition does not hold is not there.
            and (made := self.stack.resources[name])
        }
        for name in known.values():
            self._tell_missing(name)
        for name, resource in self.plan.template["Resources"].items():
            made = self.stack.resources[name]
            if resource["Type"] == FUNCTION and made:
                asked = clean_json(resource["Properties"], self.stack.references)
                yield name, self._function(name, made, asked.get("Layers", []), known)

    def _tell_missing(self, name: str) -> None:
        if missing := self.code.contents(name).missing:
            self.report(f"{name}: {', '.join(missing)} not installed here; left out.")

    def _function(
        self, name: str, made: Any, asked: list[str], known: Mapping[str, str]
    ) -> Function | None:
        """A function moto knows, if it can run; `known` are the layers by ARN."""
        language = made.run_time or "an image"
        on_disk = name in self.plan.paths
        if on_disk:
            self._tell_missing(name)
        if not on_disk or not language.startswith("python"):
            self.report(
                f"{made.function_name} cannot run here: it is {language}, not Python on disk."
            )
            return None
        for arn in set(asked) - set(known):
            self.report(f"{made.function_name}: the layer {arn} is not on disk and is left out.")
        given = [known[arn] for arn in asked if arn in known]
        function = Function(
            name=made.function_name,
            arn=made.function_arn,
            handler=made.handler,
            role=made.role,
            timeout=float(made.timeout),
            memory=int(made.memory_size),
            runtime=language,
            variables={k: _variable(v) for k, v in made.environment_vars.items()},
            folders=self.code.folders(name, given),
            layers=tuple(map(layer_name, given)),
        )
        function.check()
        return function


def _variable(value: Any) -> str:
    """An environment variable as CloudFormation writes what YAML took for a boolean."""
    return str(value).lower() if isinstance(value, bool) else str(value)
