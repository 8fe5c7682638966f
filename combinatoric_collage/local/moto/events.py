"""Lambda and EventBridge: functions run in processes of ours, and rules reach them."""

import base64
import copy
import re
from contextlib import ExitStack
from functools import partial
from typing import Any

from combinatoric_collage.local.moto import event_bodies
from combinatoric_collage.local.moto.host import Host, replace
from combinatoric_collage.local.processes.invocation import Caller

# What an invocation may bring along ("Lambda quotas" in its developer guide).
MOST_BYTES = {"RequestResponse": 6 * 2**20, "DryRun": 6 * 2**20, "Event": 2**20}


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    for change in (_invocations, _rules, _uploads):
        change(host, stack)


def _invocations(host: Host, stack: ExitStack) -> None:
    """Instead of in containers."""
    from moto.awslambda.models import LambdaFunction
    from moto.core.exceptions import JsonRESTError

    def invoke(self: Any, body: Any, request: Any, response: Any) -> bytes:
        event = (body.encode() if isinstance(body, str) else body) or b"{}"
        run = partial(host.invoke, self.function_name, event)
        kind = request.get("X-Amz-Invocation-Type", "RequestResponse")
        if len(event) > MOST_BYTES.get(kind, 0):
            said = f"{len(event)} byte payload is too large for the {kind} invocation type"
            refused = JsonRESTError("RequestTooLargeException", said)
            refused.code = 413
            raise refused
        if kind == "Event":
            host.later(self.function_name, partial(run, caller=Caller.WORK))
        if kind != "RequestResponse":
            return b""
        key = re.search(r"Credential=([^/]+)/", request.get("Authorization", ""))
        nested = key and host.is_function(key[1])
        result = run(caller=Caller.FUNCTION if nested else Caller.WORK)
        if result.failed:
            response["x-amz-function-error"] = "Unhandled"
        response["x-amz-executed-version"] = "$LATEST"
        response["x-amz-log-result"] = base64.b64encode(result.log).decode()
        return result.payload

    replace(stack, LambdaFunction, "invoke", invoke)


def _rules(host: Host, stack: ExitStack) -> None:
    """A rule reaches no function and no state machine in moto."""
    from moto.events.models import Rule

    send_to_others = Rule.send_to_targets

    def start(target: dict[str, Any], sent: bytes) -> None:
        machine = host.role_client(target["RoleArn"], "EventBridge", "stepfunctions")
        machine.start_execution(stateMachineArn=target["Arn"], input=sent.decode())

    def send(self: Any, event: Any, transform_input: bool = True) -> None:
        # A rule without a pattern is a schedule: no event is meant for it.
        pattern = self.event_pattern
        if self.state != "ENABLED" or not pattern.get_pattern() or not pattern.matches_event(event):
            return
        others = copy.copy(self)
        others.targets = []
        for target in self.targets:
            arn = target["Arn"]
            service = arn.split(":")[2]
            if service == "lambda":
                name, sent = arn.split(":")[6], event_bodies.target_input(target, event)
                host.later(name, partial(host.invoke, name, sent, Caller.WORK))
            elif service == "states":
                host.later(arn, partial(start, target, event_bodies.target_input(target, event)))
            else:
                others.targets.append(target)
        if others.targets:
            send_to_others(others, event, transform_input)

    replace(stack, Rule, "send_to_targets", send)


def _uploads(_host: Host, stack: ExitStack) -> None:
    """The event of a new object has made-up constants and no valid time in moto."""
    from moto.events.models import events_backends
    from moto.s3 import notifications

    original = notifications._send_event_bridge_message

    def send(account: str, bucket: Any, name: Any, key: Any) -> None:
        if "ObjectCreated" not in name.value:
            original(account, bucket, name, key)
            return
        event: Any = event_bodies.object_created(bucket, key, name.value)
        bus = events_backends[account][bucket.region_name].event_buses["default"]
        for rule in list(bus.rules.values()):
            rule.send_to_targets(event, transform_input=False)

    replace(stack, notifications, "_send_event_bridge_message", send)
