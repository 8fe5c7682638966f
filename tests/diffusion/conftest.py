"""Tests of the GPU task on a processor, with tiny pipelines of random weights.

They need torch, which `make test` does without: `make test-diffusion` runs them.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.infrastructure.shipped import ROOT

if TYPE_CHECKING:
    from tests.diffusion.bench import Bench

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"
# Pictures are compared to 1/255, which fewer digits do not give.
os.environ.setdefault("PRECISION", "float32")

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
def controlnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ControlNet of the tiny SDXL, none of whose numbers is nought, as after a training."""
    import diffusers
    import torch

    from tasks.diffusion import tiny

    folder = tmp_path_factory.mktemp("controlnet")
    with torch.random.fork_rng():
        # Whatever was drawn before: its weights decide how much it holds.
        torch.manual_seed(0)
        network = diffusers.ControlNetModel(
            block_out_channels=tiny.UNET["block_out_channels"],
            down_block_types=tiny.UNET["down_block_types"],
            layers_per_block=1,
            norm_num_groups=8,
            cross_attention_dim=2 * tiny.WIDTH,
            attention_head_dim=8,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + tiny.WIDTH,
            conditioning_embedding_out_channels=(8, 8, 8, 8),
        )
    generator = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.02, generator=generator)
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def ip_adapter(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An IP-Adapter of the tiny SDXLs, and its encoder beside it, as they are published."""
    import diffusers
    import torch
    import transformers
    from safetensors.torch import save_file

    from tasks.diffusion import additions, tiny

    folder = tmp_path_factory.mktemp("adapter")
    vision = transformers.CLIPVisionConfig(
        hidden_size=32, intermediate_size=32, projection_dim=32,
        num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=8,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = transformers.CLIPVisionModelWithProjection(vision)
        for parameter in encoder.parameters():
            parameter.data *= 10 if parameter.ndim > 1 else 1
        encoder.save_pretrained(folder / additions.ENCODER)
    unet = diffusers.UNet2DConditionModel.from_pretrained(models / "sdxl" / "unet")
    generator = torch.Generator().manual_seed(1)
    width, tokens = 2 * tiny.WIDTH, 4
    made = {
        "image_proj.proj.weight": torch.randn(tokens * width, 32, generator=generator),
        "image_proj.proj.bias": torch.zeros(tokens * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    # Every second of the denoiser's attentions attends to the text, and then to pictures as well.
    for number, name in enumerate(unet.attn_processors):
        if "attn2" in name:
            module = unet.get_submodule(name.removesuffix(".processor"))
            for part in ("to_k", "to_v"):
                shape = getattr(module, part).weight.shape
                weight = torch.randn(shape, generator=generator)
                made[f"ip_adapter.{number}.{part}_ip.weight"] = weight
    save_file(made, folder / "style.safetensors")
    return folder / "style.safetensors"


@pytest.fixture(scope="session")
def warm(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Python whose modules begin at once, in the place of the one with torch. See warm.py."""
    folder = tmp_path_factory.mktemp("warm")
    place, python = folder / "socket", folder / "python"
    code = Path(__file__).with_name("warm.py")
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S {code} run {place} "$@"\n')
    python.chmod(0o700)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'collage'}"}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.diffusion.warm", "serve", str(place), str(models)],
        cwd=ROOT,
        env=environment,
    )
    while not place.exists():
        assert server.poll() is None
        sleep(0.05)
    yield python
    server.kill()
    server.wait()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """S3 on this machine, for this process and others."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


LOADED: dict[str, Any] = {}


@pytest.fixture
def bench(
    endpoint: str, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
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
    yield Bench(client, bucket, models, LOADED)
    # What a test made for itself alone goes with it.
    for folder in [name for name in LOADED if name.startswith(str(tmp_path))]:
        del LOADED[folder]
