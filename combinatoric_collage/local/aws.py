"""Credentials and clients that know the laptop cloud alone, not the developer's own AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.loaders import Loader

LOOPBACK = "127.0.0.1"
ACCOUNT = "123456789012"
PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
# A session makes one client at a time.
_MAKING = Lock()
# What a function may take: a client that gave up earlier would invoke it a second time.
ANSWER_SECONDS = 900

REGION = "us-east-1"
"""Where a laptop cloud is, wherever its user works: moto may lack that Region, or know its
partition badly."""


@contextmanager
def no_developer() -> Iterator[None]:
    """Hides the developer's own AWS profile, which moto's sessions would otherwise read."""
    hidden = {name: os.environ.get(name) for name in (*PROFILES, *FILES)}
    for name in PROFILES:
        os.environ.pop(name, None)
    os.environ.update(dict.fromkeys(FILES, os.devnull))
    try:
        yield
    finally:
        for name, value in hidden.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@dataclass(frozen=True)
class Credentials:
    """An access key; a role's also has a session token."""

    access_key: str
    secret_key: str
    token: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables every AWS client reads."""
        variables = {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }
        if self.token:
            variables["AWS_SESSION_TOKEN"] = self.token
        return variables


def client(
    service: str, endpoint: str, region: str, credentials: Credentials, **config: Any
) -> Any:
    """A boto3 client; `config` is botocore's."""
    from botocore.config import Config

    no_proxy: Any = {"http": None, "https": None}
    with _MAKING:
        return _unaware().client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            config=Config(
                # Path style: bucket names are not host names on this machine.
                s3={"addressing_style": "path"},
                # Nothing on loopback goes through a proxy.
                proxies=no_proxy,
                max_pool_connections=64,
                # By itself botocore puts one together for each request, twice.
                user_agent="laptop-cloud",
                **config,
            ),
        )


@cache
def _unaware() -> Any:
    """A session that reads no variable and no file: none of the developer's means this cloud."""
    import boto3
    import botocore.session

    known = botocore.session.Session.SESSION_VARIABLES
    variables = {
        name: (
            None,
            None,
            os.devnull if name in ("config_file", "credentials_file") else default,
            to,
        )
        for name, (_, _, default, to) in known.items()
    }
    session = botocore.session.Session(session_vars=variables)
    session.register_component("data_loader", descriptions())
    return boto3.Session(botocore_session=session)


@cache
def descriptions() -> Loader:
    """What AWS's services are like, read once for all sessions that are given it."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError
    from botocore.loaders import Loader

    class Descriptions(Loader):
        """Looks for a file where it would be, and not first for which services there are files.

        That took a hundredth of a second for each kind of them.
        """

        def list_available_services(self, type_name: str) -> list[str]:
            folders: Any = self._potential_locations()  # type: ignore[attr-defined]
            return sorted({name for folder in folders for name in os.listdir(folder)})

        def determine_latest_version(self, service_name: str, type_name: str) -> str:
            try:
                return super().determine_latest_version(service_name, type_name)
            except DataNotFoundError as error:
                raise UnknownServiceError(
                    service_name=service_name, known_service_names=f"those with {type_name}"
                ) from error

    return Descriptions()


def no_proxies() -> dict[str, str]:
    """The user's own exceptions from the proxies, and this machine."""
    found = [os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy")]
    names = [name.strip() for value in found for name in value.split(",") if name.strip()]
    # It counts only where it stands alone.
    value = "*" if "*" in names else ",".join(dict.fromkeys([*names, LOOPBACK, "localhost"]))
    return {"NO_PROXY": value, "no_proxy": value}
