"""Tests of the GPU task on a processor, with tiny pipelines of random weights.

They need torch, which `make test` does without: `make test-diffusion` runs them.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from tests.diffusion.bench import Bench

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"

NUMBERS = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine cannot do."""
    for item in items:
        if item.get_closest_marker("cuda") and not _cuda():
            item.add_marker(pytest.mark.skip(reason="there is no CUDA device here"))
        if item.get_closest_marker("weights") and not os.environ.get("COLLAGE_WEIGHTS"):
            reason = "COLLAGE_WEIGHTS does not name a folder of real weights"
            item.add_marker(pytest.mark.skip(reason=reason))


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tiny models."""
    from tasks.diffusion import tiny

    folder = tmp_path_factory.mktemp("models")
    tiny.make(folder)
    return folder


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """S3 on this machine, for this process and others."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bench(endpoint: str, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bucket of its own, and a way to have tiles made in it."""
    from tests.diffusion.bench import Bench

    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    bucket = f"collages-{next(NUMBERS)}"
    client = boto3.session.Session().client("s3")
    client.create_bucket(Bucket=bucket)
    return Bench(client, bucket, models)
