"""Step Functions: a state that invokes a function of the stack does so without a request.

What a request would be held to is asked of the role's policies and of Lambda here. Whatever one or
the other refuses is left to a request, so that the state hears of it as it would on AWS.
"""

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import iam_resources, rights
from combinatoric_collage.local.moto.host import Host, replace

PLAIN = {"FunctionName", "Payload"}
"""The parameters of a state that are known here."""
ACTION = "lambda:InvokeFunction"


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.awslambda.responses import LambdaResponse
    from moto.core.exceptions import JsonRESTError
    from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

    request = lambda_eval_utils._invoke_lambda_function

    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> Any:
        role, name = state_credentials.role_arn, parameters.get("FunctionName")
        if not isinstance(name, str) or not parameters.keys() <= PLAIN:
            return request(parameters, region, state_credentials)
        # Where Step Functions may not take the role, that is said.
        host.role_client(role, "StepFunctions", "lambda")
        path = f"/functions/{quote(name, safe='')}/invocations"
        (function,) = iam_resources.resources("lambda", region, path, b"")
        if not rights.may(rights.role_named(role), ACTION, function):
            return request(parameters, region, state_credentials)
        asked = LambdaResponse()
        asked.path, asked.headers, asked.querystring, asked.uri_match = path, {}, {}, {}
        asked.body = parameters.get("Payload") or b""
        asked.current_account, asked.region = ACCOUNT, region
        try:
            status, said, payload = asked.invoke()
        except JsonRESTError:
            # Before it was invoked: a request is told the same.
            return request(parameters, region, state_credentials)
        return _answer(status, said, payload, lambda_eval_utils._from_payload)

    replace(stack, lambda_eval_utils, "_invoke_lambda_function", invoke)


def _answer(status: int, said: dict[str, str], payload: Any, read: Any) -> dict[str, Any]:
    """What the SDK would make of an answer, as far as a state is given it."""
    made = {
        "StatusCode": status,
        "ExecutedVersion": said.get("x-amz-executed-version"),
        "FunctionError": said.get("x-amz-function-error"),
    }
    found = {name: value for name, value in made.items() if value is not None}
    return {**found, "Payload": read(SimpleNamespace(read=lambda: payload))}
