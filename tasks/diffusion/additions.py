"""What `models add` is told to put beside a family: LoRAs, a ControlNet, an IP-Adapter.

All of it is copied into the family's folder, and so is part of its digest and of its tiles' keys.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from collage.errors import NoModel
from collage.weights import CONTROLNET, IP_ADAPTER, SUFFIXES, ControlKind, ControlNet, IPAdapter
from tasks.diffusion import hub

LORAS = "adapters"
ENCODER = "image_encoder"
"""The folder beside an IP-Adapter with what encodes pictures for it, as they are published."""


@dataclass(frozen=True)
class Additions:
    """What to add, and how strongly."""

    loras: Sequence[tuple[Path, float]] = ()
    controlnet: tuple[str, float] | None = None
    """A folder, or ``hub:REPOSITORY@COMMIT``."""
    control_kind: ControlKind = "canny"
    ip_adapter: tuple[Path, float] | None = None
    """A file, with the folder `ENCODER` beside it."""


def bring_loras(asked: Additions, place: Path) -> dict[str, float]:
    """Copy the LoRAs into the family at ``place``; their paths there, and strengths."""
    brought = {}
    for number, (file, strength) in enumerate(asked.loras, start=1):
        (place / LORAS).mkdir(exist_ok=True)
        name = f"{LORAS}/{number}.safetensors"
        shutil.copyfile(file, place / name)
        brought[name] = strength
    return brought


def bring_controlnet(asked: Additions, place: Path) -> ControlNet | None:
    """Copy the ControlNet, if one is asked for, into the family at ``place``.

    Raises:
        NoModel: when there is none.
    """
    if asked.controlnet is None:
        return None
    origin, scale = asked.controlnet
    into = place / CONTROLNET
    into.mkdir()
    if origin.startswith(hub.PREFIX):
        hub.bring(origin.removeprefix(hub.PREFIX), into)
    else:
        folder = Path(origin).expanduser()
        there = [path.name for path in folder.glob("*") if path.is_file()]
        for name in hub.needed([one for one in there if Path(one).suffix in SUFFIXES]):
            shutil.copyfile(folder / name, into / name)
    if not (into / "config.json").is_file() or not [*into.glob("*.safetensors")]:
        raise NoModel(f"--controlnet: {origin} has no config.json with safetensors beside it.")
    return ControlNet(kind=asked.control_kind, scale=_scale("--controlnet", scale))


def bring_ip_adapter(asked: Additions, place: Path) -> IPAdapter | None:
    """Copy the IP-Adapter, if one is asked for, and its encoder into the family at ``place``.

    Raises:
        NoModel: when there is no such encoder.
    """
    if asked.ip_adapter is None:
        return None
    file, scale = asked.ip_adapter
    encoder = file.parent / ENCODER
    if not (encoder / "config.json").is_file() or not (encoder / "model.safetensors").is_file():
        raise NoModel(f"--ip-adapter: beside {file.name} there is no {ENCODER}/model.safetensors.")
    into = place / IP_ADAPTER
    (into / ENCODER).mkdir(parents=True)
    shutil.copyfile(file, into / "model.safetensors")
    for name in ("config.json", "model.safetensors"):
        shutil.copyfile(encoder / name, into / ENCODER / name)
    return IPAdapter(scale=_scale("--ip-adapter", scale))


def _scale(option: str, said: float) -> float:
    if not 0 < said <= 2:
        raise NoModel(f"{option}: {said:g} is no strength above 0 and up to 2.")
    return said


def lora(said: str) -> tuple[Path, float]:
    """A LoRA and its strength, as FILE or FILE:STRENGTH.

    Raises:
        NoModel: when the strength is none, or the file is no safetensors file.
    """
    file, strength = weighed_file("--lora", said)
    if not -10 <= strength <= 10:
        raise NoModel(f"--lora: {strength:g} in {said} is no strength from -10 to 10.")
    return file, strength


def weighed_file(option: str, said: str) -> tuple[Path, float]:
    """A safetensors file and its strength, as FILE or FILE:STRENGTH.

    Raises:
        NoModel: when the strength is no number, or the file is no safetensors file.
    """
    path, strength = weighed(option, said)
    file = Path(path).expanduser()
    if file.suffix != ".safetensors" or not file.is_file():
        raise NoModel(f"{option}: {path} is no safetensors file.")
    return file, strength


def weighed(option: str, said: str) -> tuple[str, float]:
    """What is named and its strength, as NAME or NAME:STRENGTH; a strength of 1 is not said.

    Raises:
        NoModel: when the strength is no number.
    """
    name, colon, strength = said.rpartition(":")
    if not colon or "/" in strength or "@" in strength or strength.endswith(".safetensors"):
        return said, 1.0
    try:
        return name, float(strength)
    except ValueError:
        raise NoModel(f"{option}: {strength!r} in {said} is no strength, such as 0.8.") from None
