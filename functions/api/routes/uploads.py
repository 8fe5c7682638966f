"""Uploads: a place for a source picture."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from answers import Upload, UploadAsked
from collage.settings import settings
from collage.store.bucket import LINK_SECONDS
from stack import store

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post(
    "/uploads",
    tags=["uploads"],
    summary="A form to upload a source picture with",
    operation_id="createUpload",
)
def upload(asked: Annotated[UploadAsked, Body()]) -> Upload:
    """Give out a form that S3 takes one picture by; it starts nothing."""
    most = settings().max_source_bytes
    form = store().source_form(asked.content_type, most)
    return Upload(
        key=form.key,
        url=form.url,
        fields=form.fields,
        expires_seconds=LINK_SECONDS,
        max_bytes=most,
    )
