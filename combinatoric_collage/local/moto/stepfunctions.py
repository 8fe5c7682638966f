"""Step Functions: the template's state machines run, each with the rights of its role."""

import copy
import json
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from combinatoric_collage.local import template
from combinatoric_collage.local.cache import Cache, cache_folder
from combinatoric_collage.local.errors import DefinitionError, StackError
from combinatoric_collage.local.moto import rights
from combinatoric_collage.local.moto.host import Host, replace
from combinatoric_collage.local.moto.programs import Programs

STATE_MACHINE = "AWS::StepFunctions::StateMachine"
# More than any stack has of them; a definition that was parsed is some megabytes.
DEFINITIONS, PATHS = 16, 1024
# What has no parts that could be changed.
WHOLE = (str, int, float, bool, type(None), bytes, datetime)


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.core.config import default_user_config as config

    stack.callback(config.update, {"stepfunctions": config["stepfunctions"]})
    config["stepfunctions"] = {"execute_state_machine": True}
    _creation(host, stack)
    _interpreter(host, stack)
    _paths(stack)
    _parsed_once(stack)


def _creation(host: Host, stack: ExitStack) -> None:
    """CloudFormation puts a state machine where none runs, and knows neither file nor ARN."""
    from moto.stepfunctions.models import StateMachine
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    def create(
        _cls: type, name: str, resource: dict[str, Any], /, *place: str, **context: str
    ) -> Any:
        properties = resource["Properties"]
        source = host.paths.get(context["LogicalId"], name)
        text = properties.get("DefinitionString", "{}")
        if isinstance(source, Path):
            try:
                text = source.read_text(encoding="utf-8")
            except OSError as error:
                raise DefinitionError(f"{source} cannot be read: {error.strerror}.") from error
        account, region = place
        called = properties.get("StateMachineName", name)
        defined = definition(text, properties.get("DefinitionSubstitutions", {}), source)
        reason = rights.why_not(
            properties["RoleArn"],
            f"arn:aws:states:{region}:{account}:stateMachine:{called}",
            region,
            defined,
            properties.get("LoggingConfiguration", {}),
        )
        if reason:
            raise StackError(f"{context['LogicalId']} ({STATE_MACHINE}) cannot be made: {reason}")
        backend: Any = stepfunctions_parser_backends[account][region]
        return backend.create_state_machine(
            name=called,
            definition=defined,
            roleArn=properties["RoleArn"],
            sm_type=properties.get("StateMachineType", "STANDARD"),
        )

    has, get = StateMachine.has_cfn_attr, StateMachine.get_cfn_attribute

    def attribute(self: Any, name: str) -> Any:
        return self.arn if name == "Arn" else get(self, name)

    replace(stack, StateMachine, "create_from_cloudformation_json", classmethod(create))
    replace(stack, StateMachine, "has_cfn_attr", classmethod(lambda _, n: n == "Arn" or has(n)))
    replace(stack, StateMachine, "get_cfn_attribute", attribute)


def definition(text: str, substitutions: Mapping[str, Any], source: Path | str) -> str:
    """The definition as JSON; like AWS, values are put into the text before it is parsed."""
    for name, value in substitutions.items():
        text = text.replace(f"${{{name}}}", str(value))
    left = sorted(set(re.findall(r"\$\{(\w+)\}", text)))
    if left:
        raise DefinitionError(f"{source} has no substitution for {', '.join(left)}.")
    return json.dumps(template.parse(text, source))


def _interpreter(host: Host, stack: ExitStack) -> None:
    """The interpreter acts with its state machine's role, can be stopped, and does not recurse."""
    from moto.stepfunctions.parser.asl.utils import boto_client

    def client(region: str, service: str, state_credentials: Any) -> Any:
        return host.role_client(state_credentials.role_arn, "StepFunctions", service)

    clock = SimpleNamespace(sleep=host.stopping.wait)
    plain = SimpleNamespace(copy=copy.copy, deepcopy=copied)
    client_for = boto_client.boto_client_for
    for name, module in list(sys.modules.items()):
        if not name.startswith("moto.stepfunctions.parser."):
            continue
        # It would use keys nobody has, and make a new client for every call.
        if vars(module).get("boto_client_for") is client_for:
            replace(stack, module, "boto_client_for", client)
        # What states pass on is JSON, copied a dozen times for each of them.
        if ".asl." in name and vars(module).get("copy") is copy:
            replace(stack, module, "copy", plain)
        # Waits of a retry end when the cloud does.
        if name.endswith((".retrier_decl", ".state_task_service_callback")):
            replace(stack, module, "time", clock)
        # A worker of a Map calls itself for each next item: a thousand are too deep.
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name and "_eval_pool" in vars(value):
                replace(stack, value, "_eval_pool", _flat(vars(value)["_eval_pool"]))


def copied(value: Any) -> Any:
    """A copy of JSON, and of whatever is in it, without a note of each part that was copied."""
    kind = type(value)
    if kind is dict:
        return {name: copied(part) for name, part in value.items()}
    if kind is list:
        return [copied(part) for part in value]
    return value if kind in WHOLE else copy.deepcopy(value)


def _flat(original: Callable[..., None]) -> Callable[..., None]:
    """Turns a method that ends by calling itself into a loop."""

    def loop(self: Any, job: Any, worker_frame: Any) -> None:
        self.upcoming = (job, worker_frame)
        if getattr(self, "looping", False):
            return
        self.looping = True
        while self.upcoming is not None:
            upcoming, self.upcoming = self.upcoming, None
            original(self, *upcoming)
        self.looping = False

    return loop


def _paths(stack: ExitStack) -> None:
    """A path that can name one value only is that value; moto makes a list of `$.a[0].b`."""
    from moto.stepfunctions.parser.asl.utils import json_path

    def definite(path: str) -> bool:
        return not re.search(r"\[[^\]]*[*:?,][^\]]*\]|\.\.|\.\*", path)

    replace(stack, json_path, "_is_singleton_array_access", definite)


def _parsed_once(stack: ExitStack) -> None:
    """A definition is parsed anew for every execution, and a path in it every time it is followed.

    What is made of either has no state: one execution's is kept in its environment.
    """
    from moto.stepfunctions.parser import models
    from moto.stepfunctions.parser.asl.component.common.path import result_path
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
    from moto.stepfunctions.parser.asl.utils import json_path
    from moto.stepfunctions.parser.backend import execution_worker

    programs = Programs(Cache(cache_folder() / "programs", ".pickle"))

    @lru_cache(DEFINITIONS)
    def parse(definition: str) -> tuple[Any, None]:
        program = programs.get(definition)
        if program is None:
            program, _ = AmazonStateLanguageParser.parse(definition)
            programs.put(definition, program)
        # Who asks has no use for the tree beside it.
        return program, None

    for asks in (models, execution_worker):
        replace(stack, asks, AmazonStateLanguageParser.__name__, SimpleNamespace(parse=parse))
    for follows in (json_path, result_path):
        replace(stack, follows, "parse", lru_cache(PATHS)(vars(follows)["parse"]))
