"""``python -m tasks.diffusion.tiny DIR``: tiny pipelines with random weights, one of each family.

They are made in seconds, need no network, and prove that all parts fit. Their pictures are noise.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import diffusers
import torch
import transformers
from diffusers.pipelines.latent_diffusion.pipeline_latent_diffusion import (
    LDMBertConfig,
    LDMBertModel,
)
from safetensors.torch import save_file

from collage.weights import Kind
from tasks.diffusion import dvae, manifest, repository, tiny_flow

WIDTH = 32
"""Of embeddings: the least that all parts agree on."""
SIDE = 64
"""Of the pictures that they are made for, in pixels."""
LONGEST = 77
"""Tokens of a text, as CLIP has them."""


def main() -> None:
    """Make the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tasks.diffusion.tiny", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the families go")
    make(parser.parse_args().folder)


def make(folder: Path, seed: int = 0) -> None:
    """Make every family in ``folder``, and the manifest; the same files for the same seed."""
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    families = {}
    for name, (kind, build) in FAMILIES.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            build(place)
        traits = repository.traits(kind, place)
        if kind == "flow-matching" and traits is not None:
            # Their size stands in no file; that of real ones would take a processor minutes.
            traits = traits.model_copy(update={"native": SIDE})
        families[name] = manifest.family(place, kind, "random", "none", traits=traits)
    manifest.write(folder, families)


def _inpainting(folder: Path) -> None:
    texts = _texts()
    diffusers.StableDiffusionXLInpaintPipeline(
        vae=_autoencoder(), unet=_unet(9), **texts, scheduler=diffusers.DDIMScheduler(**NOISE)
    ).save_pretrained(folder)


def _first_inpainting(folder: Path) -> None:
    """The first Stable Diffusion's, with one text encoder."""
    diffusers.StableDiffusionInpaintPipeline(
        vae=_autoencoder(),
        unet=diffusers.UNet2DConditionModel(
            **UNET, in_channels=9, cross_attention_dim=WIDTH, attention_head_dim=8
        ),
        text_encoder=transformers.CLIPTextModel(text_config()),
        tokenizer=tokenizer(),
        scheduler=diffusers.DDIMScheduler(**NOISE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)


def _text_to_image(folder: Path) -> None:
    diffusers.StableDiffusionXLPipeline(
        vae=_autoencoder(),
        unet=_unet(4),
        **_texts(),
        scheduler=diffusers.EulerDiscreteScheduler(**NOISE),
    ).save_pretrained(folder)


def _latent_diffusion(folder: Path) -> None:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = {
        word: i for i, word in enumerate([*words, *letters, *("##" + a for a in letters)])
    }
    bert = LDMBertConfig(
        vocab_size=len(vocabulary),
        encoder_layers=1,
        encoder_ffn_dim=WIDTH,
        encoder_attention_heads=2,
        head_dim=16,
        d_model=WIDTH,
    )
    diffusers.LDMTextToImagePipeline(
        vqvae=_autoencoder(),
        bert=LDMBertModel(bert),
        tokenizer=transformers.BertTokenizer(vocab=vocabulary),
        unet=diffusers.UNet2DConditionModel(
            **UNET, in_channels=4, cross_attention_dim=WIDTH, attention_head_dim=8
        ),
        scheduler=diffusers.DDIMScheduler(**NOISE),
    ).save_pretrained(folder)


def _image_embedding(folder: Path) -> None:
    vision = transformers.CLIPVisionModelWithProjection(
        transformers.CLIPVisionConfig(
            hidden_size=WIDTH,
            intermediate_size=WIDTH,
            projection_dim=WIDTH,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=32,
            patch_size=8,
        )
    )
    diffusers.KandinskyV22PriorPipeline(
        prior=diffusers.PriorTransformer(
            num_attention_heads=2,
            attention_head_dim=16,
            embedding_dim=WIDTH,
            num_layers=1,
            num_embeddings=LONGEST,
        ),
        image_encoder=vision,
        text_encoder=transformers.CLIPTextModelWithProjection(text_config()),
        tokenizer=tokenizer(),
        scheduler=diffusers.UnCLIPScheduler(prediction_type="sample", clip_sample_range=5.0),
        image_processor=transformers.CLIPImageProcessor(size=32, crop_size=32),
    ).save_pretrained(folder / "prior")
    diffusers.KandinskyV22Pipeline(
        unet=diffusers.UNet2DConditionModel(
            in_channels=4,
            out_channels=8,
            addition_embed_type="image",
            encoder_hid_dim=WIDTH,
            encoder_hid_dim_type="image_proj",
            sample_size=SIDE // 8,
            cross_attention_dim=WIDTH,
            attention_head_dim=8,
            norm_num_groups=8,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
            mid_block_type="UNetMidBlock2DSimpleCrossAttn",
            resnet_time_scale_shift="scale_shift",
        ),
        # Its latents are not bounded, and a clipped step could not be inverted.
        scheduler=diffusers.DDIMScheduler(**NOISE, clip_sample=False),
        movq=_vector_quantized_model(),
    ).save_pretrained(folder / "decoder")


def _vector_quantized(folder: Path) -> None:
    _vector_quantized_model().save_pretrained(folder)


def _discrete_vae(folder: Path) -> None:
    for name, network in (("encoder", dvae.Encoder(8, 64)), ("decoder", dvae.Decoder(8, 64, 8))):
        for parameter in network.parameters():
            if parameter.ndim > 1:
                torch.nn.init.kaiming_normal_(parameter)
        save_file(network.state_dict(), folder / f"{name}.safetensors")


def _super_resolution(folder: Path) -> None:
    """ESRGAN's network, with its parameters' names, of one block."""
    shapes = {
        "conv_first": (8, 3),
        **{
            f"body.0.rdb{ring}.conv{i + 1}": (32 if i < 4 else 8, 8 + 32 * i)
            for ring in (1, 2, 3)
            for i in range(5)
        },
        **dict.fromkeys(("conv_body", "conv_up1", "conv_up2", "conv_hr"), (8, 8)),
        "conv_last": (3, 8),
    }
    weights = {}
    for name, (outputs, inputs) in shapes.items():
        weights[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3) / (3 * inputs**0.5)
        weights[f"{name}.bias"] = torch.full((outputs,), 0.05)
    save_file(weights, folder / "model.safetensors")


NOISE: dict[str, Any] = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
}
"""How noise is added, as Stable Diffusion does it."""

UNET: dict[str, Any] = {
    "block_out_channels": (32, 64),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "out_channels": 4,
    "sample_size": SIDE // 8,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
}


def _unet(channels: int) -> Any:
    """SDXL's denoiser: it knows two texts' width, and the size of the picture."""
    return diffusers.UNet2DConditionModel(
        **UNET,
        in_channels=channels,
        cross_attention_dim=2 * WIDTH,
        attention_head_dim=8,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + WIDTH,
    )


def _autoencoder() -> Any:
    """Four levels, as Stable Diffusion's: a latent is eight pixels wide."""
    return diffusers.AutoencoderKL(
        block_out_channels=(32, 32, 32, 32),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=8,
        latent_channels=4,
        force_upcast=False,
    )


def _vector_quantized_model() -> Any:
    return diffusers.VQModel(
        block_out_channels=(32, 32, 32, 32),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=8,
        norm_type="spatial",
        num_vq_embeddings=64,
        latent_channels=4,
        vq_embed_dim=4,
    )


def _texts() -> dict[str, Any]:
    return {
        "text_encoder": transformers.CLIPTextModel(text_config()),
        "tokenizer": tokenizer(),
        "text_encoder_2": transformers.CLIPTextModelWithProjection(text_config()),
        "tokenizer_2": tokenizer(),
    }


def text_config() -> Any:
    """Of CLIP's text encoder, small."""
    return transformers.CLIPTextConfig(
        vocab_size=len(vocabulary()),
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=LONGEST,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def vocabulary() -> dict[str, int]:
    """Bytes as CLIP writes them, each alone and at the end of a word."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{a}</w>" for a in letters)]
    return {word: number for number, word in enumerate(words)}


def tokenizer() -> Any:
    """CLIP's, which knows bytes and no words."""
    return transformers.CLIPTokenizer(vocab=vocabulary(), merges=[], model_max_length=LONGEST)


FAMILIES: dict[str, tuple[Kind, Callable[[Path], None]]] = {
    "sdxl-inpainting": ("inpainting", _inpainting),
    "sd-inpainting": ("inpainting", _first_inpainting),
    "sdxl": ("text-to-image", _text_to_image),
    "ldm-text2im": ("latent-diffusion", _latent_diffusion),
    "kandinsky": ("image-embedding", _image_embedding),
    "vqmodel": ("vector-quantized", _vector_quantized),
    "dalle-dvae": ("discrete-vae", _discrete_vae),
    "esrgan-x4": ("super-resolution", _super_resolution),
    "z-image-turbo": ("flow-matching", tiny_flow.z_image),
    "flux2-klein-4b": ("flow-matching", tiny_flow.flux2_klein),
    "qwen-image": ("flow-matching", tiny_flow.qwen_image),
    "qwen-image-edit": ("flow-matching", tiny_flow.qwen_image_edit),
}
"""What is made, under the names that real weights have."""


if __name__ == "__main__":
    main()
