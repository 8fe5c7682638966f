"""The stack that is looked at, by each of its doors, with the credentials of the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import boto3
import numpy as np
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from PIL import Image

from combinatoric_collage.cli.stacks.deployed import deployed
from combinatoric_collage.cli.stacks.stack import Stack

PATIENCE_SECONDS = 240
"""For what a stack does after a request; the second cloud starts a process for most of it."""
POLL_SECONDS = 0.5

Found = TypeVar("Found")


class NotAsExpected(Exception):
    """The stack did something else; the message says what."""


def expect(true: object, otherwise: str) -> None:
    """Go on if something is so.

    Raises:
        NotAsExpected: with ``otherwise``, what was seen instead.
    """
    if not true:
        raise NotAsExpected(otherwise)


def eventually(what: str, look: Callable[[], Found | None]) -> Found:
    """What ``look`` finds, once it finds something.

    Raises:
        NotAsExpected: when it does not in PATIENCE_SECONDS.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(POLL_SECONDS)
    raise NotAsExpected(f"{what}: nothing in {PATIENCE_SECONDS} s")


def photo(seed: int) -> bytes:
    """A source of its own for each seed, as a PNG of 96 x 96."""
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels).resize((96, 96), Image.Resampling.BICUBIC)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


@dataclass(frozen=True)
class Subject:
    """A deployed stack, and a folder for what is fetched of it."""

    stack: Stack
    api_url: str
    folder: Path
    seed: int = 1
    """Of the sources: another one makes everything anew in a stack that was looked at before."""

    @classmethod
    def named(cls, name: str, folder: Path, api_url: str | None = None, seed: int = 1) -> Subject:
        """The stack ``name`` of the environment's account; its API is where its output says.

        Raises:
            collage.errors.CollageError: when there is no such stack.
        """
        stack = deployed(name)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(stack, api_url or stack.outputs["ApiUrl"], folder, seed)

    @property
    def trusted(self) -> str | bool:
        """Whose certificates to trust: those that AWS's tools are told of, or all usual ones."""
        return os.environ.get("AWS_CA_BUNDLE") or True

    def ask(
        self, method: str, path: str, body: Any = None, *, signed: bool = True
    ) -> requests.Response:
        """A request to the API."""
        data = None if body is None else json.dumps(body)
        headers = {} if data is None else {"content-type": "application/json"}
        sent = AWSRequest(method, self.api_url + path, data=data, headers=headers)
        if signed:
            session = boto3.Session()
            credentials = session.get_credentials()
            if credentials is None:
                raise NotAsExpected("there are no AWS credentials")
            region = os.environ.get("AWS_REGION") or session.region_name
            SigV4Auth(credentials, "execute-api", region).add_auth(sent)
        return requests.request(
            method,
            self.api_url + path,
            data=data,
            headers=dict(sent.headers),
            verify=self.trusted,
            timeout=60,
        )

    def answer(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The JSON object that the API answers.

        Raises:
            NotAsExpected: when it answers with an error.
        """
        response = self.ask(method, path, body)
        expect(response.ok, f"{method} {path}: {response.status_code} {response.text[:500]}")
        found: dict[str, Any] = response.json()
        return found

    def ended(self, collage: str) -> dict[str, Any]:
        """Where a collage stands once its run has ended, as the API says."""

        def look() -> dict[str, Any] | None:
            seen = self.answer("GET", f"/collages/{collage}")
            return None if seen["state"] == "running" else seen

        return eventually(f"the end of {collage}", look)

    def upload(self, data: bytes) -> str:
        """Put a picture where the API says; its key."""
        form = self.answer("POST", "/uploads", {"content_type": "image/png"})
        put = requests.post(
            form["url"],
            data=form["fields"],
            files={"file": data},
            verify=self.trusted,
            timeout=60,
        )
        expect(put.ok, f"the upload by form: {put.status_code} {put.text[:500]}")
        return str(form["key"])

    def drop(self, name: str, data: bytes, options: Mapping[str, str]) -> str:
        """Put a picture under uploads/, which starts a collage; its key."""
        key = f"uploads/{name}"
        self.stack.client("s3").put_object(
            Bucket=self.stack.outputs["UploadsBucket"],
            Key=key,
            Body=data,
            Metadata={f"collage-{option}": text for option, text in options.items()},
        )
        return key

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command `collage` as a user gives it, in a process of its own."""
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "combinatoric_collage.cli.main",
                *arguments,
                "--stack",
                self.stack.name,
                "--json",
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *arguments: str) -> dict[str, Any]:
        """The JSON object that a command prints.

        Raises:
            NotAsExpected: when it does not end well.
        """
        ran = self.command(*arguments)
        said = f"{ran.stdout[-500:]}{ran.stderr[-500:]}"
        expect(ran.returncode == 0, f"collage {' '.join(arguments)}: {ran.returncode} {said}")
        found: dict[str, Any] = json.loads(ran.stdout)
        return found
