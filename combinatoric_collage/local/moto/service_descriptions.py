"""What stays as it is on the disk is read once.

What AWS's services are like would be read anew for each of moto's sessions and once more for their
requests, and for each request what folders moto has. A session has a hundred handlers made: moto's
are one.
"""

import sys
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import boto3
import botocore.session

from combinatoric_collage.local.aws import descriptions
from combinatoric_collage.local.moto.host import Host, replace, replace_here

# It checks the documents that REST APIs are imported from, and takes longer to import than S3.
VALIDATOR, ITS_ERRORS = "openapi_spec_validator", "openapi_spec_validator.validation.exceptions"


def patch(_host: Host | None, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    # Before anything of moto's is imported: some of it makes sessions then.
    replace(stack, botocore.session, "create_loader", lambda *_: descriptions())

    regions = botocore.session.Session.get_available_regions

    def available(
        self: Any,
        service_name: str,
        partition_name: str = "aws",
        allow_non_regional: bool = False,
    ) -> list[str]:
        # What endpoints are called stands in a service's description, which is read for that: a
        # dozen of them for a stack. Of nearly all it is the service's own name.
        resolver = self._get_internal_component("endpoint_resolver")
        parts = resolver.get_available_partitions()
        if not any(resolver.get_available_endpoints(service_name, part, True) for part in parts):
            return regions(self, service_name, partition_name, allow_non_regional)
        return list(
            resolver.get_available_endpoints(service_name, partition_name, allow_non_regional)
        )

    replace(stack, botocore.session.Session, "get_available_regions", available)

    from moto.core import base_backend
    from moto.core import utils as core

    for asks in (base_backend, core):
        replace(stack, asks, "Session", _session)
    motos = _Motos(vars(core)["create_loader"]())
    replace(stack, core, "create_loader", lambda: motos)

    from moto.utilities import utils

    # No instance is run here, and what types there are would take as long as all else of moto.
    load, types = utils.load_resource, "ec2/resources/instance_type"
    with ExitStack() as meanwhile:
        replace_here(meanwhile, boto3, "Session", _session)
        replace(
            meanwhile,
            utils,
            "load_resource",
            lambda name: {} if name.startswith(types) else load(name),
        )
        import_module("moto.ec2.models.instance_types")

    _without_validator()
    from moto import backends

    services = tuple(backends.list_of_moto_modules())
    replace(stack, backends, "list_of_moto_modules", lambda: services)


@cache
def _session() -> boto3.Session:
    """A session that is asked which services and Regions there are."""
    return boto3.session.Session()


class _Motos:
    """What moto reads of AWS's services: what clients read, and of some of them more."""

    def __init__(self, own: Any) -> None:
        self._own = own
        # Which services there are would be looked for at each of them.
        own.list_available_services = descriptions().list_available_services

    def load_service_model(self, service_name: str, type_name: str) -> Any:
        version = self._own.determine_latest_version(service_name, type_name)
        more = any(True for _ in self._own._find_extras(service_name, type_name, version))
        loader = self._own if more else descriptions()
        return loader.load_service_model(service_name, type_name)


def _without_validator() -> None:
    """Imports API Gateway's REST APIs; what checks their documents comes with the first one."""
    if VALIDATOR in sys.modules:
        return

    def validate(*args: Any, **options: Any) -> None:
        models: Any = import_module("moto.apigateway.models")
        models.validate = import_module(VALIDATOR).validate
        models.OpenAPIValidationError = import_module(ITS_ERRORS).OpenAPIValidationError
        models.validate(*args, **options)

    later, its_errors = ModuleType(VALIDATOR), ModuleType(ITS_ERRORS)
    vars(later)["validate"] = validate
    vars(its_errors)["OpenAPIValidationError"] = type("NoneSoFar", (Exception,), {})
    # In the order of their names: what leads to one is there before it.
    stand_ins = {VALIDATOR: later, f"{VALIDATOR}.validation": ModuleType("validation")}
    stand_ins[ITS_ERRORS] = its_errors
    sys.modules.update(stand_ins)
    try:
        import_module("moto.apigateway.models")
    finally:
        for name in stand_ins:
            del sys.modules[name]
