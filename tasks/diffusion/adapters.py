"""LoRAs: small files that change a pipeline's networks, and are then part of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collage.errors import NoModel


def apply(pipe: Any, folder: Path, adapters: Mapping[str, float]) -> None:
    """Add each of the LoRAs, files below ``folder``, to the networks of ``pipe`` by its strength.

    Raises:
        NoModel: when the pipeline takes none, or one fits none of its networks.
    """
    if not hasattr(pipe, "load_lora_weights"):
        raise NoModel(f"{folder.name} is of a kind that takes no LoRA.")
    for number, (path, strength) in enumerate(adapters.items()):
        try:
            pipe.load_lora_weights(
                folder,
                weight_name=path,
                adapter_name=f"lora{number}",
                use_safetensors=True,
                local_files_only=True,
            )
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            raise NoModel(f"{path} is no LoRA for {folder.name}: {said}") from error
        changed = [part for part, names in pipe.get_list_adapters().items() if names]
        if not changed:
            raise NoModel(f"{path} is no LoRA for {folder.name}: it fits none of its networks.")
        pipe.fuse_lora(components=changed, lora_scale=strength)
        pipe.unload_lora_weights()
