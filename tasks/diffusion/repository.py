"""What a folder of weights is, read from its own index and configurations.

A pipeline that diffusers saved says in model_index.json of which class it is and of which parts;
the parts' own files say how large the pictures were that it was trained on. What no file says is
how many steps it takes: that is the default of the pipeline's own class, or models.toml's.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import diffusers

from collage.engines.diffusion import operations
from collage.errors import NoModel
from collage.tile import Operation
from collage.weights import Kind, Traits

Defaults = Mapping[str, int | float | str]

CONVOLVING: dict[str, Kind] = {
    "StableDiffusionInpaintPipeline": "inpainting",
    "StableDiffusionXLInpaintPipeline": "inpainting",
    "StableDiffusionPipeline": "text-to-image",
    "StableDiffusionXLPipeline": "text-to-image",
    "LDMTextToImagePipeline": "latent-diffusion",
}
"""The kind of a family by its pipeline; these have a UNet, and noise that schedulers know."""

FLOWING: dict[str, dict[Operation, str]] = {
    "ZImagePipeline": {
        "generate": "ZImagePipeline",
        "variation": "ZImageImg2ImgPipeline",
        "inpaint": "ZImageInpaintPipeline",
        "outpaint": "ZImageInpaintPipeline",
    },
    "Flux2KleinPipeline": {
        "generate": "Flux2KleinPipeline",
        "variation": "Flux2KleinPipeline",
        "inpaint": "Flux2KleinInpaintPipeline",
        "outpaint": "Flux2KleinInpaintPipeline",
    },
    "QwenImagePipeline": {
        "generate": "QwenImagePipeline",
        "variation": "QwenImageImg2ImgPipeline",
        "inpaint": "QwenImageInpaintPipeline",
        "outpaint": "QwenImageInpaintPipeline",
    },
    "QwenImageEditPipeline": {
        "variation": "QwenImageEditPipeline",
        "inpaint": "QwenImageEditInpaintPipeline",
        "outpaint": "QwenImageEditInpaintPipeline",
    },
    "QwenImageEditPlusPipeline": {"variation": "QwenImageEditPlusPipeline"},
    "FluxPipeline": {
        "generate": "FluxPipeline",
        "variation": "FluxImg2ImgPipeline",
        "inpaint": "FluxInpaintPipeline",
        "outpaint": "FluxInpaintPipeline",
    },
    "FluxFillPipeline": {"inpaint": "FluxFillPipeline", "outpaint": "FluxFillPipeline"},
}
"""The pipelines of a family that flows, by the one that its index names: over the same networks,
one for each operation."""

OPTIONS = ("num_inference_steps", "guidance_scale", "strength", "negative_prompt")

PATCHED = 2
"""Latents to a side of what the transformers of all these families see as one."""

NATIVE = 1024
"""The side that they were trained on, as their pipelines take it where none is given."""


def kind_of(folder: Path) -> Kind:
    """The kind of the family in ``folder``.

    Raises:
        NoModel: when it is none that is known here; the message names what it says it is.
    """
    if (folder / "prior").is_dir() and (folder / "decoder").is_dir():
        return "image-embedding"
    if (folder / "model_index.json").is_file():
        name = index(folder)
        if name in FLOWING:
            return "flow-matching"
        if name in CONVOLVING:
            return CONVOLVING[name]
        known = ", ".join(sorted([*FLOWING, *CONVOLVING]))
        raise NoModel(f"{folder.name} is a {name}, which this engine cannot run; it can: {known}.")
    if (folder / "encoder.safetensors").is_file() and (folder / "decoder.safetensors").is_file():
        return "discrete-vae"
    if _config(folder).get("_class_name") == "VQModel":
        return "vector-quantized"
    files = list(folder.glob("*.safetensors"))
    if len(files) == 1 and not (folder / "config.json").is_file():
        return "super-resolution"
    raise NoModel(f"{folder.name} says nowhere what it is: it has no model_index.json.")


def traits(kind: Kind, folder: Path, published: Defaults | None = None) -> Traits | None:
    """What the family in ``folder`` does, by its own files; None where its kind says all of it.

    ``published`` are defaults that its makers give and no file has; an option of theirs that is
    None in it is none of the family's: a distilled model has no guidance to be told.

    Raises:
        NoModel: when its files do not say what they have to.
    """
    if kind == "flow-matching":
        return _flowing(folder, published or {})
    known = operations.usual_traits()[kind]
    side = _side(kind, folder)
    if side is None:
        return None
    done = {
        operation: {
            **own,
            **{name: value for name, value in (published or {}).items() if name in own},
        }
        for operation, own in known.operations.items()
    }
    name = "KandinskyV22Pipeline" if kind == "image-embedding" else index(folder)
    return known.model_copy(update={"operations": done, "native": side, "pipeline": name})


def _side(kind: Kind, folder: Path) -> int | None:
    """The side of the pictures that a UNet was trained on, in pixels."""
    place = folder / "decoder" if kind == "image-embedding" else folder
    unet = _config(place / "unet").get("sample_size")
    latents = ("vae", "vqvae", "movq")
    blocks = next(
        (c["block_out_channels"] for c in (_config(place / n) for n in latents) if c), None
    )
    if not isinstance(unet, int) or blocks is None:
        return None
    return int(unet * 2 ** (len(blocks) - 1))


def _flowing(folder: Path, published: Defaults) -> Traits:
    name = index(folder)
    said = json.loads((folder / "model_index.json").read_bytes())
    distilled = bool(said.get("is_distilled"))
    guided = _guidance(name, folder)
    done: dict[Operation, dict[str, int | float | str]] = {}
    for operation, pipeline in FLOWING[name].items():
        taken = inspect.signature(getattr(diffusers, pipeline).__call__).parameters
        # Where only guidance by what is not wanted heeds a negative prompt, and the family is
        # guided otherwise, there is none to be given.
        unheeded = guided == "guidance_scale" and "true_cfg_scale" in taken
        own: dict[str, Any] = {}
        for option in OPTIONS:
            argument = guided if option == "guidance_scale" else option
            if option not in operations.OPTIONS[operation].model_fields or argument not in taken:
                continue
            if option == "negative_prompt":
                if not unheeded:
                    own[option] = ""
            elif taken[argument].default is not None:
                own[option] = taken[argument].default
        if distilled:
            own |= DISTILLED
            published = {"guidance_scale": 0, **published}
        own |= {option: value for option, value in published.items() if option in own}
        if own.get("guidance_scale") == 0:
            # Without guidance there is nothing to be guided away from, either.
            own.pop("guidance_scale")
            own.pop("negative_prompt", None)
        done[operation] = own
    return Traits(
        operations=done,
        pipeline=name,
        guidance=guided,
        grain=_grain(folder),
        native=NATIVE,
    )


DISTILLED: dict[str, int] = {"num_inference_steps": 4}
"""What FLUX.2 klein's makers give for its distilled form, which its index says it is."""


def _guidance(name: str, folder: Path) -> Literal["guidance_scale", "true_cfg_scale"]:
    """By which argument a pipeline is guided by what is not wanted, or distilled to seem so."""
    pipeline = getattr(diffusers, next(iter(FLOWING[name].values())))
    taken = inspect.signature(pipeline.__call__).parameters
    embedded = _config(folder / "transformer").get("guidance_embeds", False)
    return "true_cfg_scale" if "true_cfg_scale" in taken and not embedded else "guidance_scale"


def _grain(folder: Path) -> int:
    """Pixels to a patch: what the autoencoder makes one latent, times the latents of a patch."""
    vae = _config(folder / "vae")
    if "block_out_channels" in vae:
        halvings = len(vae["block_out_channels"]) - 1
    elif "temperal_downsample" in vae:
        halvings = len(vae["temperal_downsample"])
    else:
        raise NoModel(f"{folder.name}: vae/config.json does not say how small its latents are.")
    return PATCHED * int(2**halvings)


def index(folder: Path) -> str:
    """The pipeline that the index of ``folder`` names.

    Raises:
        NoModel: when it names none.
    """
    try:
        return str(json.loads((folder / "model_index.json").read_bytes())["_class_name"])
    except (OSError, ValueError, KeyError) as error:
        raise NoModel(f"{folder.name}: model_index.json does not name a pipeline.") from error


def _config(folder: Path) -> dict[str, Any]:
    """A part's configuration; empty where it has none."""
    try:
        read = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return dict(read) if isinstance(read, dict) else {}
