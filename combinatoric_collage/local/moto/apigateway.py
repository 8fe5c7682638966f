"""API Gateway: an HTTP API of the template is served by `local.http.api`; moto makes none."""

import secrets
import string
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.http import routes
from combinatoric_collage.local.http.api import Api
from combinatoric_collage.local.http.routes import Route
from combinatoric_collage.local.moto.host import Host, replace
from combinatoric_collage.local.moto.stand_in import StandIn
from combinatoric_collage.local.processes.invocation import Caller, Result

KIND, STAGE = "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"
ID_SIGNS = string.ascii_lowercase + string.digits


class _Resource(StandIn):
    attributes: dict[str, str]

    def get_cfn_attribute(self, name: str) -> str:
        return self.attributes[name]


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.cloudformation import parsing

    apis: dict[str, Api] = {}

    class HttpApi(_Resource):
        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, resource: dict[str, Any], _account: str, region: str, **context: str
        ) -> Any:
            api = _make(host, context["LogicalId"], region, resource["Properties"])
            apis[api.id] = api
            attributes = {"ApiId": api.id, "ApiEndpoint": api.url}
            return cls(physical_resource_id=api.id, type=KIND, attributes=attributes)

    class Stage(_Resource):
        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, resource: dict[str, Any], *_: Any, **_context: str
        ) -> Any:
            properties = resource["Properties"]
            name, api = properties["StageName"], properties["ApiId"]
            if api in apis:
                apis[api].stages[name] = properties.get("StageVariables", {})
            return cls(physical_resource_id=name, type=STAGE, attributes={})

    known, cleaned = parsing.resource_class_from_type, parsing.clean_json

    def find(kind: str) -> Any:
        return {KIND: HttpApi, STAGE: Stage}.get(kind) or known(kind)

    def clean(value: Any, resources: Any) -> Any:
        """Text that speaks of an API's address in AWS speaks of the one here."""
        made = cleaned(value, resources)
        if isinstance(made, str) and ".execute-api." in made:
            for api in apis.values():
                for suffix in ("amazonaws.com", "amazonaws.com.cn"):
                    address = f"https://{api.id}.execute-api.{host.region}.{suffix}"
                    made = made.replace(address, api.url)
        return made

    replace(stack, parsing, "resource_class_from_type", find)
    replace(stack, parsing, "clean_json", clean)


def _make(host: Host, name: str, region: str, properties: dict[str, Any]) -> Api:
    body = properties.get("Body") or {}
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    cors = body.get("x-amazon-apigateway-cors")
    found = list(routes.read(body))

    def invoke(function: str, event: bytes) -> Result:
        return host.invoke(function, event, Caller.API)

    id = "".join(secrets.choice(ID_SIGNS) for _ in range(10))
    served = [route for route in found if isinstance(route, Route)]
    api = Api(id, region, served, schemes, cors, invoke, host.api_port)
    host.serve(api)
    for sentence in found:
        if isinstance(sentence, str):
            host.report(f"{name}: {sentence}")
    for route in served:
        if route.authorizers and not api.can_check(route):
            host.report(
                f"{name}: {route.key} answers 401: "
                f"{', '.join(route.authorizers)} cannot be checked here."
            )
    return api
