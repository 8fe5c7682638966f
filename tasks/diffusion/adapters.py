"""What is put beside a pipeline's own networks: LoRAs, a ControlNet, an IP-Adapter.

A LoRA's numbers become part of the networks. The other two condition what the networks make, the
one by what it sees of the source, the other by pictures of styles: see `conditions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers

from collage.errors import NoModel
from collage.weights import CONTROLNET, IP_ADAPTER, ControlNet, IPAdapter
from tasks.diffusion.machine import Machine


def add(
    renderer: Any,
    folder: Path,
    machine: Machine,
    loras: Mapping[str, float],
    controlnet: ControlNet | None,
    ip_adapter: IPAdapter | None,
) -> None:
    """Put all of it beside the networks of ``renderer``.

    Raises:
        NoModel: when its kind takes none, or one of them is of another model.
    """
    if loras:
        apply(getattr(renderer, "pipe", None), folder, loras)
    if controlnet is None and ip_adapter is None:
        return
    if not getattr(renderer, "conditionable", False):
        raise NoModel(f"{folder.name} is of a kind that takes no ControlNet and no IP-Adapter.")
    if ip_adapter is not None:
        load_ip_adapter(renderer.pipe, folder, machine)
        renderer.take_styles(ip_adapter)
    if controlnet is not None:
        renderer.hold_to(load_controlnet(renderer.pipe, folder, machine), controlnet)


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
            raise NoModel(f"{path} is no LoRA for {folder.name}: {_said(error)}") from error
        changed = [part for part, names in pipe.get_list_adapters().items() if names]
        if not changed:
            raise NoModel(f"{path} is no LoRA for {folder.name}: it fits none of its networks.")
        pipe.fuse_lora(components=changed, lora_scale=strength)
        pipe.unload_lora_weights()


def load_controlnet(pipe: Any, folder: Path, machine: Machine) -> Any:
    """The ControlNet of a family, on the machine.

    Raises:
        NoModel: when it is none, or one of another model than the denoiser of ``pipe``.
    """
    try:
        network: Any = diffusers.ControlNetModel.from_pretrained(
            folder / CONTROLNET,
            dtype=machine.dtype,
            variant="fp16" if any((folder / CONTROLNET).glob("*.fp16.safetensors")) else None,
            use_safetensors=True,
            local_files_only=True,
        )
    except Exception as error:
        raise NoModel(f"{folder.name}: there is no ControlNet in it: {_said(error)}") from error
    for shape in ("cross_attention_dim", "block_out_channels", "addition_embed_type"):
        here, there = network.config[shape], pipe.unet.config[shape]
        if here != there:
            raise NoModel(
                f"The ControlNet is not for {folder.name}: its {shape} is {here}, and not {there}."
            )
    return machine.place(network).eval()


def load_ip_adapter(pipe: Any, folder: Path, machine: Machine) -> None:
    """Have the denoiser of ``pipe`` attend to pictures of styles as well.

    Raises:
        NoModel: when what lies there is none, or one of another model.
    """
    (file,) = (folder / IP_ADAPTER).glob("*.safetensors")
    try:
        pipe.load_ip_adapter(
            folder, subfolder=IP_ADAPTER, weight_name=file.name, local_files_only=True
        )
    except Exception as error:
        raise NoModel(f"{file.name} is no IP-Adapter for {folder.name}: {_said(error)}") from error
    machine.place(pipe.image_encoder).eval()


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
