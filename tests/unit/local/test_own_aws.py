"""The AWS of who starts a laptop cloud: found once, as every AWS tool finds it."""

import os
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from combinatoric_collage.local import aws
from combinatoric_collage.local.bedrock.own_aws import OwnAws, UnreachableError
from combinatoric_collage.local.errors import NoCredentialsError

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No AWS at all: no variable, no file, no machine that has a role."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", NOWHERE)


def test_without_credentials_it_is_said_how_there_would_be_some() -> None:
    own = OwnAws()

    with pytest.raises(NoCredentialsError, match="set AWS_PROFILE, or AWS_ACCESS_KEY_ID"):
        own.check()
    with pytest.raises(NoCredentialsError):
        own.ask("us-west-2", "POST", "/model/any/invoke", {}, b"{}")


def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")

    with pytest.raises(NoCredentialsError, match=r"\(work\) could not be found"):
        OwnAws().check()


def test_a_profile_is_found_after_the_cloud_has_hidden_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "credentials"
    file.write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    own = OwnAws()

    with aws.no_developer():
        own.check()


def test_what_cannot_be_reached_is_told_from_what_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    enable_socket()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAWORK")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    with pytest.raises(UnreachableError, match="Amazon Bedrock cannot be reached"):
        OwnAws().ask("us-west-2", "POST", "/model/any/invoke", {}, b"{}")
