"""CloudFormation: what moto cannot make is reported, and what it makes by half is completed."""

import hashlib
import json
import re
import string
from collections.abc import Sequence
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

from combinatoric_collage.local.errors import CloudError, StackError
from combinatoric_collage.local.moto import inert_types
from combinatoric_collage.local.moto.host import Host, after, replace
from combinatoric_collage.local.moto.stand_in import StandIn
from combinatoric_collage.local.moto.stepfunctions import copied

# How the physical id of a resource begins that does not exist.
MISSING = "not-on-this-machine:"

# How names end that are made up, and which have no capital letters.
ALPHABET, SIGNS = string.digits + string.ascii_uppercase, 12
LOWER = ("AWS::S3::Bucket", "AWS::ECR::Repository")


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    for change in (
        _failures,
        _json,
        _no_values,
        _unsupported,
        _names,
        _copies,
        _buckets,
        _roles,
        _layers,
    ):
        change(host, stack)


def _failures(host: Host, stack: ExitStack) -> None:
    """A resource that fails says which one it is."""
    from moto.cloudformation import parsing
    from moto.cloudformation.exceptions import ValidationError

    original = parsing.parse_and_create_resource

    def create(logical_id: str, resource: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return original(logical_id, resource, *args, **kwargs)
        except Exception as error:
            if host.problem is None:
                reason = getattr(error, "message", None) or str(error) or repr(error)
                text = f"{logical_id} ({resource['Type']}) could not be made: {reason}"
                host.problem = error if isinstance(error, CloudError) else StackError(text)
            # An error of the request, not of the server.
            raise ValidationError(message=str(host.problem)) from error

    replace(stack, parsing, "parse_and_create_resource", create)


def _no_values(_host: Host, stack: ExitStack) -> None:
    """A list has None where AWS::NoValue stands, which is to be no member of it."""
    from moto.cloudformation import parsing

    cleaned = parsing.clean_json

    def clean(value: Any, resources: Any) -> Any:
        made = cleaned(value, resources)
        return [one for one in made if one is not None] if isinstance(made, list) else made

    replace(stack, parsing, "clean_json", clean)


def _json(_host: Host, stack: ExitStack) -> None:
    """A template that is JSON, as the one of a pack is by now, is read as YAML; that takes long."""
    from moto.cloudformation.models import Stack

    parse = Stack.parse_template

    def parsed(template: str) -> dict[str, Any]:
        try:
            return dict(json.loads(template))
        except ValueError:
            return parse(template)

    replace(stack, Stack, "parse_template", staticmethod(parsed))


def _unsupported(host: Host, stack: ExitStack) -> None:
    """A resource of an unknown type has a name and attributes, so that others can be made."""
    from moto.cloudformation import parsing

    class Missing(StandIn):
        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, resource: dict[str, Any], *_: Any, **context: str
        ) -> "Missing":
            name = context["LogicalId"]
            if resource["Type"] not in inert_types.TYPES:
                host.report(f"{name} ({resource['Type']}) cannot be made here; it is left out.")
                host.unsupported.append(resource["Type"])
            return cls(physical_resource_id=MISSING + name, type=resource["Type"])

    known = parsing.resource_class_from_type

    def find(kind: str) -> Any:
        make = kind in parsing.NULL_MODELS or kind in parsing.get_model_map()
        return known(kind) if make or kind.startswith("Custom::") else Missing

    replace(stack, parsing, "resource_class_from_type", find)


def _names(_host: Host, stack: ExitStack) -> None:
    """A name that is made up ends in other signs each time that a stack is made.

    Here one stack is made at every start, and has then the names that it had, as one that stays.
    What is made in the place of something else has another. Nor may an image repository have a
    name such as is made up for one.
    """
    from moto.cloudformation import parsing

    original = parsing.generate_resource_name
    given: set[str] = set()

    def name(kind: str, *place: str) -> str:
        drawn: str = original(kind, *place)
        made = drawn[:-SIGNS] + _signs(*place)
        if made in given:
            made = drawn
        given.add(made)
        return made.lower() if kind in LOWER else made

    replace(stack, parsing, "generate_resource_name", name)


def _signs(*place: str) -> str:
    """Letters and digits that are the same for a place, as moto draws them."""
    digest = int.from_bytes(hashlib.sha256("/".join(place).encode()).digest())
    return "".join(ALPHABET[digest // len(ALPHABET) ** n % len(ALPHABET)] for n in range(SIGNS))


def _copies(_host: Host, stack: ExitStack) -> None:
    """All of a template is copied to put its resources in order; it is JSON."""
    from moto.cloudformation import parsing

    replace(stack, parsing, "copy", SimpleNamespace(deepcopy=copied))


def named(stack: ExitStack, kinds: Sequence[str]) -> None:
    """Resources that this machine has no use for, and that others refer to by name."""
    from moto.cloudformation import parsing

    class Named(StandIn):
        @classmethod
        def create_from_cloudformation_json(cls, name: str, *_: Any, **context: str) -> "Named":
            return cls(physical_resource_id=name, type=context["ResourceType"])

    known = parsing.resource_class_from_type
    replace(
        stack,
        parsing,
        "resource_class_from_type",
        lambda kind: Named if kind in kinds else known(kind),
    )


def _buckets(_host: Host, stack: ExitStack) -> None:
    """A bucket has no events, no versions and no CORS rules."""
    from moto.s3.models import FakeBucket

    def complete(bucket: Any, _name: str, resource: dict[str, Any], *_: Any) -> None:
        properties = resource.get("Properties", {})
        bridge = properties.get("NotificationConfiguration", {}).get("EventBridgeConfiguration")
        if bridge is not None and str(bridge.get("EventBridgeEnabled", True)).lower() == "true":
            bucket.set_notification_configuration({"EventBridgeConfiguration": {}})
        bucket.versioning_status = properties.get("VersioningConfiguration", {}).get("Status")
        rules = properties.get("CorsConfiguration", {}).get("CorsRules", [])
        bucket.set_cors([_as_the_api_has_it(rule) for rule in rules])

    after(stack, FakeBucket, "create_from_cloudformation_json", complete)


def _as_the_api_has_it(rule: dict[str, Any]) -> dict[str, Any]:
    """A CORS rule by the names of the API, where CloudFormation has the plural."""
    named = {
        "AllowedMethod": rule["AllowedMethods"],
        "AllowedOrigin": rule["AllowedOrigins"],
        "AllowedHeader": rule.get("AllowedHeaders"),
        "ExposeHeader": rule.get("ExposedHeaders"),
        "MaxAgeSeconds": str(rule["MaxAge"]) if "MaxAge" in rule else None,
        "ID": rule.get("Id"),
    }
    return {name: value for name, value in named.items() if value is not None}


def _roles(_host: Host, stack: ExitStack) -> None:
    """A role has no managed policies."""
    from moto.iam.models import AWSManagedPolicy, Role, iam_backends

    def complete(
        role: Any, _name: str, resource: dict[str, Any], account: str, region: str
    ) -> None:
        backend = iam_backends[account]["aws"]
        for arn in resource["Properties"].get("ManagedPolicyArns", []):
            name = arn.rpartition("/")[2]
            if arn not in backend.managed_policies:
                known = _managed_policy(name)
                if known is None:
                    raise StackError(f"There is no policy {arn}.")
                policy = AWSManagedPolicy.from_data(name, account, region, known)
                backend.managed_policies[arn] = policy
            backend.attach_role_policy(arn, role.name)

    after(stack, Role, "create_from_cloudformation_json", complete)


def _managed_policy(name: str) -> dict[str, Any] | None:
    """One of AWS's own policies; there are more than a thousand, and all of them take long."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    label = re.search(rf'"{re.escape(name)}"\s*:\s*(?={{)', aws_managed_policies_data)
    if label is None:
        return None
    found, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, label.end())
    # One may be called as something in another one is.
    return dict(found) if "DefaultVersionId" in found else None


def _layers(_host: Host, stack: ExitStack) -> None:
    """A reference to a layer is not its ARN."""
    from moto.awslambda.models import LayerVersion

    replace(stack, LayerVersion, "physical_resource_id", property(lambda layer: layer.arn))
