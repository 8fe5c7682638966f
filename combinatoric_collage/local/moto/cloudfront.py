"""CloudFront: a distribution of the template is served by `local.http`; moto makes none."""

import secrets
import string
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.errors import StackError
from combinatoric_collage.local.http import bucket_policy, signed_urls
from combinatoric_collage.local.http.distribution import (
    Behaviour,
    Distribution,
    Object,
    headers_of,
)
from combinatoric_collage.local.moto.host import Host, replace
from combinatoric_collage.local.moto.stand_in import StandIn

DISTRIBUTION, POLICY = "AWS::CloudFront::Distribution", "AWS::S3::BucketPolicy"
PARTS = {
    "AWS::CloudFront::PublicKey": "PublicKeyConfig",
    "AWS::CloudFront::KeyGroup": "KeyGroupConfig",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig",
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig",
}
"""What distributions are made of, and the property that says how each is."""

SERVICE = "cloudfront.amazonaws.com"
SIGNS = string.ascii_uppercase + string.digits


class _Resource(StandIn):
    attributes: dict[str, str]

    def get_cfn_attribute(self, name: str) -> str:
        return self.attributes[name]


@dataclass(frozen=True)
class _Known:
    """What of the template was made so far."""

    parts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    policies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the buckets that they are of."""
    served: dict[str, Distribution] = field(default_factory=dict)
    """By their domains in AWS."""


def patch(host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.cloudformation import parsing

    made = _Known()
    own = {DISTRIBUTION: _distributions(host, made), POLICY: _policies(made)}
    own |= dict.fromkeys(PARTS, _parts(made))
    known, cleaned = parsing.resource_class_from_type, parsing.clean_json

    def find(kind: str) -> Any:
        return own.get(kind) or known(kind)

    def clean(value: Any, resources: Any) -> Any:
        """Text that speaks of a distribution's address in AWS speaks of the one here."""
        found = cleaned(value, resources)
        if isinstance(found, str) and ".cloudfront.net" in found:
            for domain, one in made.served.items():
                found = found.replace(f"https://{domain}", one.url)
        return found

    replace(stack, parsing, "resource_class_from_type", find)
    replace(stack, parsing, "clean_json", clean)


def _parts(known: _Known) -> type[_Resource]:
    class Part(_Resource):
        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, resource: dict[str, Any], *_: Any, **_context: str
        ) -> Any:
            id, kind = _id(), resource["Type"]
            known.parts[id] = resource["Properties"][PARTS[kind]]
            return cls(physical_resource_id=id, type=kind, attributes={"Id": id})

    return Part


def _policies(known: _Known) -> type[_Resource]:
    class BucketPolicy(_Resource):
        @classmethod
        def create_from_cloudformation_json(
            cls, name: str, resource: dict[str, Any], *_: Any, **_context: str
        ) -> Any:
            properties = resource["Properties"]
            known.policies[properties["Bucket"]] = properties["PolicyDocument"]
            return cls(physical_resource_id=name, type=POLICY, attributes={})

    return BucketPolicy


def _distributions(host: Host, known: _Known) -> type[_Resource]:
    class Served(_Resource):
        @classmethod
        def create_from_cloudformation_json(
            cls, _name: str, resource: dict[str, Any], *_: Any, **context: str
        ) -> Any:
            id = _id()
            config = resource["Properties"]["DistributionConfig"]
            made = _Made(config, known.parts, f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id}")
            found = Distribution(made.behaviours(), _reader(made, known.policies), host.clock)
            domain = f"d{id.lower()}.cloudfront.net"
            known.served[domain] = found
            host.serve(found)
            for alias in config.get("Aliases", []):
                host.report(f"{context['LogicalId']}: it is not served here at {alias}.")
            attributes = {"Id": id, "DomainName": domain}
            return cls(physical_resource_id=id, type=DISTRIBUTION, attributes=attributes)

    return Served


class _Made:
    """What a distribution of the template comes to."""

    def __init__(
        self, config: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]], arn: str
    ) -> None:
        self.arn = arn
        self._config = config
        self._parts = parts
        self._origins = {origin["Id"]: origin for origin in config["Origins"]}
        self.signs = {
            self._bucket(one) for one in config["Origins"] if one.get("OriginAccessControlId")
        }
        """The buckets that it asks with a signature of its own."""

    def behaviours(self) -> list[Behaviour]:
        """In the order in which they are tried; the default one is last."""
        own = self._config.get("CacheBehaviors", [])
        default = {**self._config["DefaultCacheBehavior"], "PathPattern": "*"}
        return [self._behaviour(one) for one in (*own, default)]

    def _behaviour(self, one: Mapping[str, Any]) -> Behaviour:
        origin = self._origins[one["TargetOriginId"]]
        policy = self._parts.get(one.get("ResponseHeadersPolicyId", ""), {})
        groups = one.get("TrustedKeyGroups", [])
        return Behaviour(
            pattern=one["PathPattern"],
            bucket=self._bucket(origin),
            prefix=origin.get("OriginPath", "").lstrip("/"),
            keys=self._keys(groups) if groups else None,
            headers=headers_of(policy),
        )

    def _keys(self, groups: list[str]) -> dict[str, Any]:
        ids = [id for group in groups for id in self._parts[group]["Items"]]
        try:
            return {id: signed_urls.public_key(self._parts[id]["EncodedKey"]) for id in ids}
        except ValueError as error:
            raise StackError(f"A public key of the distribution is of no use: {error}.") from error

    @staticmethod
    def _bucket(origin: Mapping[str, Any]) -> str:
        return str(origin["DomainName"]).rpartition(".s3.")[0]


def _reader(
    made: _Made, policies: Mapping[str, Mapping[str, Any]]
) -> Callable[[str, str], Object | None]:
    """What a distribution sees of buckets: what their policies let it, and nothing public."""
    context = {"aws:SourceArn": made.arn, "aws:SecureTransport": "true"}

    def read(bucket: str, key: str) -> Object | None:
        from moto.s3.models import s3_backends

        arn = f"arn:aws:s3:::{bucket}/{key}"
        policy = policies.get(bucket, {})
        if bucket not in made.signs or not bucket_policy.allows(
            policy, SERVICE, "s3:GetObject", arn, context
        ):
            return None
        there: Any = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
        if there is None:
            return None
        kind = there.metadata.get("content-type", "binary/octet-stream")
        return Object(there.value, kind, there.etag)

    return read


def _id() -> str:
    return "E" + "".join(secrets.choice(SIGNS) for _ in range(13))
