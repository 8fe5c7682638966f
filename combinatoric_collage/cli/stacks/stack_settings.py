"""What a stack's parameters say of the sources it takes, and of its pace."""

from __future__ import annotations

from collections.abc import Mapping

from collage.settings import Settings


def settings_of(parameters: Mapping[str, str], uploads: str = "", collages: str = "") -> Settings:
    """What a stack's parameters say of the sources it takes, and of how long a run takes there.

    What is not given has its default.
    """
    limits = {
        "max_source_bytes": _million(parameters, "MaxSourceMegabytes"),
        "max_source_pixels": _million(parameters, "MaxSourceMegapixels"),
    }
    for name, setting in (
        ("MaxConcurrency", "concurrency"),
        ("GpuTasks", "gpu_tasks"),
        ("TileRetentionDays", "tile_retention_days"),
    ):
        if parameters.get(name, "").isdecimal():
            limits[setting] = int(parameters[name])
    given = {name: value for name, value in limits.items() if value}
    models = parameters.get("ModelsLocation", "") if parameters.get("EnableGpu") == "true" else ""
    return Settings(uploads_bucket=uploads, collages_bucket=collages, models=models, **given)


def _million(given: Mapping[str, str], name: str) -> int:
    value = given.get(name, "")
    return int(value) * 1_000_000 if value.isdecimal() else 0
