"""IAM: policies are asked about the resource at hand, and everyone who asks is somebody."""

import re
from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.aws import ACCOUNT
from combinatoric_collage.local.moto import iam_resources, presigned, rights, s3_forms
from combinatoric_collage.local.moto.host import Host, replace


def enforce() -> None:
    """From now on every call needs a key that is allowed to make it."""
    from moto import settings

    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto import settings
    from moto.iam.access_control import AssumedRoleAccessKey, IAMPolicyStatement

    def policies(self: Any) -> list[Any]:
        # moto's own trips over managed policies.
        return rights.policies(self.backend.get_role(self._owner_role_name))

    replace(stack, settings, "INITIAL_NO_AUTH_ACTION_COUNT", float("inf"))
    replace(stack, AssumedRoleAccessKey, "collect_policies", policies)
    replace(stack, IAMPolicyStatement, "_match", staticmethod(iam_resources.match))
    _most_services(stack)
    _s3(stack)


def _most_services(stack: ExitStack) -> None:
    from moto import settings
    from moto.core.authorization import ActionAuthenticatorMixin
    from moto.core.exceptions import AccessDeniedError, InvalidClientTokenIdError, JsonRESTError
    from moto.iam.access_control import IAMRequest

    class Request(IAMRequest):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._action = iam_resources.ACTIONS.get(self._action, self._action)

        def _create_aws_request(self) -> Any:
            # A form has been read by now and lives on in its fields. Any other body that is
            # empty was signed as such; moto would take the fields in its place.
            fields = self._data
            if "form" not in self._headers.get("Content-Type", ""):
                self._data = {}
            request = super()._create_aws_request()
            self._data = fields
            return request

        def _raise_access_denied(self) -> None:
            """With the name that services that speak JSON give it."""
            try:
                super()._raise_access_denied()
            except AccessDeniedError as error:
                if "json" not in self._headers.get("Content-Type", "json"):
                    raise
                denied = JsonRESTError("AccessDeniedException", str(error.message))
                denied.code = 403
                raise denied from error

    def authorize(self: Any, resource: str = "*") -> None:
        arns = [resource]
        if settings.INITIAL_NO_AUTH_ACTION_COUNT == 0:
            header = self.headers.get("Authorization", "")
            scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", header)
            if scope is None:
                raise InvalidClientTokenIdError()
            if resource == "*":
                arns = iam_resources.resources(scope[2], scope[1], self.path, self.raw_body)
        for arn in arns:
            self._authenticate_and_authorize_action(Request, arn)

    name = "_authenticate_and_authorize_normal_action"
    replace(stack, ActionAuthenticatorMixin, name, authorize)


def _s3(stack: ExitStack) -> None:
    from moto import settings
    from moto.core.authorization import ActionAuthenticatorMixin
    from moto.iam.access_control import S3IAMRequest
    from moto.s3.exceptions import S3AccessDeniedError

    class PresignedRequest(S3IAMRequest):
        def check_signature(self) -> None:
            """What was signed is an address or a form, and was checked as such."""

    name = "_authenticate_and_authorize_s3_action"
    check = getattr(ActionAuthenticatorMixin, name)

    def authorize(self: Any, bucket_name: str | None = None, key_name: str | None = None) -> None:
        if settings.INITIAL_NO_AUTH_ACTION_COUNT != 0:
            return
        if "policy" in self.form_data:
            self.headers = dict(self.headers) | _posted(self)
            self._authenticate_and_authorize_action(
                PresignedRequest, f"arn:aws:s3:::{bucket_name}/{self.form_data['key']}"
            )
            return
        if self.headers.get("Authorization"):
            for key in _to_delete(self) if key_name is None else [key_name]:
                check(self, bucket_name, key)
            if key_name and self.method in ("GET", "HEAD"):
                ask_to_list(self, bucket_name, key_name)
            return
        found = iam_resources.presigned(self.uri)
        if found is None:
            raise S3AccessDeniedError()
        sent, self.headers = self.headers, dict(self.headers) | found
        made = _key_of(self.headers)
        try:
            presigned.check(self.method, self.uri, sent, made.secret_key, made.token)
        except s3_forms.Refused as error:
            raise _refusal(error) from error
        place = "/".join(filter(None, (bucket_name or "*", key_name)))
        self._authenticate_and_authorize_action(PresignedRequest, f"arn:aws:s3:::{place}")

    def ask_to_list(self: Any, bucket: str | None, key: str) -> None:
        # Who may not list a bucket is not told that an object is missing.
        if bucket in self.backend.buckets and not self.backend.get_object(bucket, key):
            action = self.data["Action"]
            self.data["Action"] = "ListBucket"
            check(self, bucket)
            self.data["Action"] = action

    replace(stack, ActionAuthenticatorMixin, name, authorize)


def _posted(request: Any) -> dict[str, str]:
    """The headers that a form stands for; its policy is held to."""
    form = request.form_data
    headers = s3_forms.headers(form)
    secret = _key_of(headers).secret_key
    bucket = request.parse_bucket_name_from_url(request.normalized_request, request.uri)
    try:
        s3_forms.check(form, bucket, len(request.body), secret)
    except s3_forms.Refused as error:
        raise _refusal(error) from error
    return headers


def _to_delete(request: Any) -> list[str | None]:
    """The keys of a request that deletes many, each of which its role has to allow.

    Here all of them stay where one is denied; in S3 that one alone.
    """
    import xmltodict  # type: ignore[import-untyped]

    if request.data.get("Action") != "DeleteObject":
        return [None]
    found = xmltodict.parse(request.body, force_list=("Object",))["Delete"].get("Object", [])
    return [one["Key"] for one in found] or [None]


def _key_of(headers: dict[str, str]) -> Any:
    """Key, secret and token of who signed."""
    from moto.iam.access_control import CreateAccessKeyFailure, create_access_key
    from moto.s3.exceptions import S3AccessDeniedError

    key = re.search(r"Credential=([^/]+)", headers["Authorization"])
    try:
        made = create_access_key(ACCOUNT, "aws", key[1] if key else "", headers)
    except CreateAccessKeyFailure as error:
        raise S3AccessDeniedError() from error
    return made.create_credentials()


def _refusal(error: s3_forms.Refused) -> Exception:
    from moto.s3.exceptions import S3ClientError

    return S3ClientError(error.code, error.message)
