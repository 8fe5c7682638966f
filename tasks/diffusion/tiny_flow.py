"""Tiny families that flow: the parts of each as its pipelines want them, with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import diffusers
import transformers
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

WIDTH = 16
"""Of a head, and of a text's embedding."""

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)
"""How Qwen's tokenizers write a chat."""

WORDS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
"""What their vocabulary has beside bytes."""


def z_image(folder: Path) -> None:
    """Z-Image: one stream of text and picture, a text encoder of Qwen3."""
    diffusers.ZImagePipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_autoencoder(shift_factor=0.1, scaling_factor=0.36),
        text_encoder=transformers.Qwen3Model(_qwen3(layers=2)),
        tokenizer=tokenizer(),
        transformer=diffusers.ZImageTransformer2DModel(
            in_channels=4,
            dim=2 * WIDTH,
            n_layers=1,
            n_refiner_layers=1,
            n_heads=2,
            n_kv_heads=2,
            cap_feat_dim=WIDTH,
            axes_dims=[8, 4, 4],
            axes_lens=[1024, 64, 64],
        ),
    ).save_pretrained(folder)


def flux2_klein(folder: Path) -> None:
    """FLUX.2 klein, distilled: three layers of a text encoder are what it conditions on."""
    diffusers.Flux2KleinPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=diffusers.AutoencoderKLFlux2(
            **AUTOENCODER, latent_channels=4, use_quant_conv=False, use_post_quant_conv=False
        ),
        text_encoder=transformers.Qwen3ForCausalLM(_qwen3(layers=28)),
        tokenizer=tokenizer(),
        transformer=diffusers.Flux2Transformer2DModel(
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=WIDTH,
            num_attention_heads=2,
            joint_attention_dim=3 * WIDTH,
            timestep_guidance_channels=32,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        ),
        is_distilled=True,
    ).save_pretrained(folder)


def qwen_image(folder: Path) -> None:
    """Qwen-Image: two streams, and a text encoder that also sees."""
    diffusers.QwenImagePipeline(**_qwen_parts(), tokenizer=tokenizer()).save_pretrained(folder)


def qwen_image_edit(folder: Path) -> None:
    """Qwen-Image-Edit: the same, whose text encoder is shown what is to be edited."""
    qwen_image(folder)
    Qwen2VLImageProcessorPil(
        patch_size=14, merge_size=2, min_pixels=28 * 28, max_pixels=56 * 56
    ).save_pretrained(folder / "processor")
    index = json.loads((folder / "model_index.json").read_bytes())
    index |= {
        "_class_name": "QwenImageEditPipeline",
        "processor": ["transformers", "Qwen2VLProcessor"],
    }
    (folder / "model_index.json").write_text(
        json.dumps(index, indent=2, sort_keys=True), encoding="utf-8"
    )


def tokenizer() -> Any:
    """Qwen's, which knows bytes and no words."""
    made = transformers.Qwen2Tokenizer(vocab=vocabulary(), merges=[])
    made.add_tokens(list(WORDS), special_tokens=True)
    made.chat_template = TEMPLATE
    return made


def vocabulary() -> dict[str, int]:
    """Bytes as byte-level tokenizers write them, and the words that structure a chat."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    return {word: i for i, word in enumerate([*bytes_to_unicode().values(), *WORDS])}


AUTOENCODER: dict[str, Any] = {
    "block_out_channels": (32, 32, 32, 32),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 1,
    "norm_num_groups": 8,
}


def _autoencoder(**changes: Any) -> Any:
    return diffusers.AutoencoderKL(**AUTOENCODER, latent_channels=4, force_upcast=False, **changes)


def _qwen3(layers: int) -> Any:
    return transformers.Qwen3Config(
        vocab_size=len(vocabulary()),
        hidden_size=WIDTH,
        intermediate_size=WIDTH,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=1024,
    )


def _qwen_parts() -> dict[str, Any]:
    words = vocabulary()
    return {
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(),
        "vae": diffusers.AutoencoderKLQwenImage(
            base_dim=8,
            z_dim=4,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        "text_encoder": transformers.Qwen2_5_VLForConditionalGeneration(
            transformers.Qwen2_5_VLConfig(
                text_config={
                    "vocab_size": len(words),
                    "bos_token_id": words["<|endoftext|>"],
                    "eos_token_id": words["<|im_end|>"],
                    "hidden_size": WIDTH,
                    "intermediate_size": WIDTH,
                    "num_hidden_layers": 2,
                    "num_attention_heads": 2,
                    "num_key_value_heads": 2,
                    "rope_scaling": {"mrope_section": [1, 1, 2], "type": "default"},
                },
                vision_config={
                    "depth": 1,
                    "hidden_size": WIDTH,
                    "intermediate_size": WIDTH,
                    "num_heads": 2,
                    "out_hidden_size": WIDTH,
                },
                image_token_id=words["<|image_pad|>"],
                video_token_id=words["<|video_pad|>"],
                vision_start_token_id=words["<|vision_start|>"],
                vision_end_token_id=words["<|vision_end|>"],
            )
        ),
        "transformer": diffusers.QwenImageTransformer2DModel(
            in_channels=16,
            out_channels=4,
            num_layers=1,
            attention_head_dim=WIDTH,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            axes_dims_rope=(4, 6, 6),
        ),
    }
