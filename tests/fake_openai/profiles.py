"""Servers that are not OpenAI: their addresses, headers and fields, and how they refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.fake_openai.errors import ApiError
from tests.fake_openai.forms import Form


@dataclass(frozen=True)
class Profile:
    """What a kind of server does its own way."""

    root: str = "/v1"
    """What its routes begin with."""
    key_header: str = "authorization"
    api_version: str | None = None
    """The query `api-version` that it must be asked with, where it must."""
    any_model: bool = False
    """Whether any name is a model: deployments, and models behind a gateway."""
    fields: frozenset[str] | None = None
    """All fields that it knows, where that is fewer than the API has."""
    mask_field: str = "mask"
    refusal: str = "moderation"
    """How it spells what moderation refuses."""


PROFILES: Mapping[str, Profile] = {
    "openai": Profile(),
    "azure": Profile(
        root="/openai/v1", key_header="api-key", any_model=True, refusal="azure_filter"
    ),
    "azure_preview": Profile(
        root="/openai/v1",
        key_header="api-key",
        api_version="preview",
        any_model=True,
        refusal="azure",
    ),
    "litellm": Profile(any_model=True, refusal="litellm"),
    "compatible": Profile(
        any_model=True,
        fields=frozenset({"model", "prompt", "size", "image", "mask_image"}),
        mask_field="mask_image",
        refusal="xai_422",
    ),
}


def bearer(profile: Profile, headers: Mapping[str, str]) -> str | None:
    """The key as an Authorization header has it, wherever this server looks for it.

    One that has a header of its own takes a bearer for a token of another kind, and refuses it.
    """
    if profile.key_header == "authorization":
        return headers.get("authorization")
    if "authorization" in headers:
        raise ApiError(401, "Access denied due to an invalid token.")
    return f"Bearer {headers.get(profile.key_header, '')}"


def check_version(profile: Profile, query: Mapping[str, str]) -> None:
    """Refuse a request without the version that the server asks for."""
    if profile.api_version is not None and query.get("api-version") != profile.api_version:
        raise ApiError(404, "", raw={"error": {"code": "404", "message": "Resource not found"}})


def understood(profile: Profile, form: Form) -> Form:
    """The form in the API's own names; refused, as FastAPI does, for a field that is not known."""
    for name in form.names:
        if profile.fields is not None and name not in profile.fields:
            raise _not_permitted(name)
    if profile.mask_field == "mask" or profile.mask_field not in form.uploads:
        return form
    uploads = dict(form.uploads)
    uploads["mask"] = uploads.pop(profile.mask_field)
    names = tuple("mask" if name == profile.mask_field else name for name in form.names)
    return replace(form, uploads=uploads, names=names)


def _not_permitted(name: str) -> ApiError:
    fault: dict[str, Any] = {
        "type": "extra_forbidden",
        "loc": ["body", name],
        "msg": "Extra inputs are not permitted",
    }
    return ApiError(422, "", raw={"detail": [fault]})
