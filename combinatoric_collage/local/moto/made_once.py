"""What moto makes anew for every request, and comes out the same each time, is made once.

What nobody has a use for is not made.
"""

import secrets
from contextlib import ExitStack
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto.host import Host, replace

ACTIONS, NAMES, REGIONS = 1024, 1024, 256
"""Whose names are kept in moto's spelling; headers, and regions, of which is kept what they are."""
POLICIES, STATEMENTS = 256, 2048
"""Policy documents that are kept parsed, and what they say of actions; a stack has some dozens."""
HOSTS = 64
"""By which requests came, and of which is kept what they mean; a cloud has one, by two names."""
ID_BYTES = 26
"""Of a request's id, which then has the 52 letters and digits that moto gives it."""


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    _regions(stack)
    _visits(stack)
    _statements(stack)
    _policies(stack)
    _errors(stack)
    _request_ids(stack)
    _origins(stack)
    _private_keys(stack)
    _actions(stack)
    _backends(stack)
    _hosts(stack)
    _metadata(stack)
    _members(stack)
    _action_names(stack)
    _accounts(stack)
    _addresses(stack)


def _regions(stack: ExitStack) -> None:
    """Of which part of AWS a region is, is asked a dozen times for a request."""
    from moto.core import authorization, responses
    from moto.iam import access_control, models
    from moto.s3 import responses as of_s3

    for asks in (authorization, responses, access_control, models, of_s3):
        part = vars(asks)["get_partition"]
        replace(stack, asks, "get_partition", lru_cache(REGIONS)(part))


def _visits(stack: ExitStack) -> None:
    """When a key and its role were used last nobody asks, and is noted for each request."""
    from moto.iam import models

    replace(stack, models, "mark_account_as_visited", lambda **_whose: None)


def _statements(stack: ExitStack) -> None:
    """Which statements of a policy are about an action is the same whatever it is done with."""
    from moto.iam.access_control import IAMPolicy, IAMPolicyStatement

    permitted = IAMPolicy.is_action_permitted

    @lru_cache(STATEMENTS)
    def about(policy: Any, action: str) -> Any:
        found = policy._policy_json["Statement"]
        if not isinstance(found, list):
            return policy
        narrowed = object.__new__(type(policy))
        narrowed._policy_json = {
            "Statement": [one for one in found if concerned(IAMPolicyStatement(one), action)]
        }
        return narrowed

    def concerned(statement: Any, action: str) -> bool:
        if "NotAction" in statement._statement:
            return not statement._check_element_matches("NotAction", action)
        return bool(statement._check_element_matches("Action", action))

    def is_permitted(self: Any, action: str, *rest: Any, **more: Any) -> Any:
        return permitted(about(self, action), action, *rest, **more)

    replace(stack, IAMPolicy, "is_action_permitted", is_permitted)


def _policies(stack: ExitStack) -> None:
    """Policies are parsed; a document that is changed is another document."""
    from moto.iam import access_control
    from moto.iam.models import Policy

    parsed = lru_cache(POLICIES)(access_control.IAMPolicy)

    def policy(given: Any) -> Any:
        if isinstance(given, Policy):
            return parsed(next(one.document for one in given.versions if one.is_default))
        return parsed(given if isinstance(given, str) else given["policy_document"])

    replace(stack, access_control, "IAMPolicy", policy)


def _errors(stack: ExitStack) -> None:
    """A service's errors are looked up in a table, which its factory keeps; there is one."""
    from moto.core import errors

    replace(stack, errors, "ErrorLookupFactory", cache(errors.ErrorLookupFactory))


def _request_ids(stack: ExitStack) -> None:
    """Ids of requests are drawn at once, not letter by letter."""
    from moto.core import responses

    def drawn(headers: dict[str, Any] | None = None) -> str:
        found = secrets.token_hex(ID_BYTES).upper()
        if isinstance(headers, dict):
            headers["x-amzn-requestid"] = found
        return found

    replace(stack, responses, "gen_amzn_requestid_long", drawn)


def _origins(stack: ExitStack) -> None:
    """Which pages may read an answer the front door says, and takes out what moto says of it."""
    from moto.moto_server import werkzeug_app

    replace(stack, werkzeug_app, "DISABLE_GLOBAL_CORS", True)


def _private_keys(stack: ExitStack) -> None:
    """A key that has no private half, as that of an encrypted table, is given none by KMS."""
    from moto.kms import models

    generate = vars(models)["generate_private_key"]

    def generated(key_spec: str) -> Any:
        return None if key_spec == "SYMMETRIC_DEFAULT" else generate(key_spec)

    replace(stack, models, "generate_private_key", generated)


def _actions(stack: ExitStack) -> None:
    """What a class of answers can do is looked for in it; that is the same for each request."""
    from moto.core import responses

    find = vars(responses)["method_names_from_class"]
    replace(stack, responses, "method_names_from_class", cache(find))


def _backends(stack: ExitStack) -> None:
    """What a service has of an account is found without a look at all that was ever made."""
    from moto.core.base_backend import BackendDict

    made = BackendDict.__getitem__

    def found(self: Any, account: str) -> Any:
        known = self.get(account)
        return made(self, account) if known is None else known

    replace(stack, BackendDict, "__getitem__", found)


def _hosts(stack: ExitStack) -> None:
    """Whether a bucket is named by the host is asked six times for a request of S3."""
    from moto.s3.responses import S3Response

    asked = S3Response.subdomain_based_buckets

    @lru_cache(HOSTS)
    def of_host(host: str) -> bool:
        return bool(asked(SimpleNamespace(headers={"host": host}, url="")))

    def named(request: Any) -> bool:
        host = request.headers.get("host")
        return of_host(host) if host else bool(asked(request))

    replace(stack, S3Response, "subdomain_based_buckets", staticmethod(named))


def _metadata(stack: ExitStack) -> None:
    """Of an object's headers moto tries each, with two expressions, whether it is kept."""
    from moto.s3 import responses, utils

    kept = utils.metadata_from_headers

    @lru_cache(NAMES)
    def matters(name: str) -> bool:
        return name[:11].lower() == "x-amz-meta-" or name.lower() in utils.user_settable_fields

    def metadata(headers: Any) -> Any:
        names = [name for name in headers.keys() if isinstance(name, str)]  # noqa: SIM118
        return kept({name: headers[name] for name in names if matters(name)})

    replace(stack, responses, "metadata_from_headers", metadata)


def _members(stack: ExitStack) -> None:
    """By which names a part of an answer may stand in a mapping depends on what the part is."""
    from moto.core.serialize import (
        AttributePickerContext,
        ResponseSerializer,
        XFormedAttributePicker,
    )

    get, names = ResponseSerializer.get_value, XFormedAttributePicker.get_possible_keys

    @cache
    def known(key: str, shape: Any) -> tuple[str, ...] | None:
        context = AttributePickerContext(obj={}, key=key, shape=shape)
        found = tuple(dict.fromkeys(names(XFormedAttributePicker(), context)))
        # A dot leads to a part of a part.
        return None if any("." in name for name in found) else found

    def value_of(self: Any, value: Any, key: str, shape: Any) -> Any:
        picker = self._value_picker
        plain = type(value) is dict and type(picker) is XFormedAttributePicker
        possible = known(key, shape) if plain and not picker.response_transformers else None
        if possible is None:
            return get(self, value, key, shape)
        return next((value[name] for name in possible if name in value), None)

    replace(stack, ResponseSerializer, "get_value", value_of)


def _action_names(stack: ExitStack) -> None:
    """What is done for an action is looked for by a name that is made of the action's."""
    from moto.core import responses

    named = vars(responses)["camelcase_to_underscores"]
    replace(stack, responses, "camelcase_to_underscores", lru_cache(ACTIONS)(named))


def _accounts(stack: ExitStack) -> None:
    """Of which account a key is need not be looked for in each partition: there is one account."""
    from moto.iam import models

    replace(stack, models, "get_account_id_from", lambda _key: ACCOUNT)


def _addresses(stack: ExitStack) -> None:
    """What makes addresses by a rule for paths is compiled with the rule, and used by nobody.

    A service has dozens of rules, and all of them are made at its first request.
    """
    from werkzeug.routing import Rule

    compiled = Rule._compile_builder

    def later(self: Any, append_unknown: bool = True) -> Any:
        def built(rule: Any, **values: Any) -> Any:
            return compiled(self, append_unknown)(rule, **values)

        return built

    replace(stack, Rule, "_compile_builder", later)
