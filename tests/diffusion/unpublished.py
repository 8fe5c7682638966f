"""Tiny families that flow and that nothing here prepares: one's own, by `collage models add`."""

import json
from pathlib import Path

import diffusers
import transformers

from tasks.diffusion import tiny, tiny_flow

WIDTH = tiny_flow.WIDTH


def flux(folder: Path) -> None:
    """FLUX.1: two text encoders, of which one is CLIP's and says little."""
    diffusers.FluxPipeline(**_parts(channels=16)).save_pretrained(folder)


def flux_fill(folder: Path) -> None:
    """FLUX.1 Fill: its denoiser also sees the masked source, and 64 numbers of mask a latent."""
    diffusers.FluxFillPipeline(**_parts(channels=16 + 16 + 4 * 64)).save_pretrained(folder)


def qwen_image_edit_plus(folder: Path) -> None:
    """Qwen-Image-Edit-2509: the networks of the first one, by another pipeline."""
    tiny_flow.qwen_image_edit(folder)
    index = json.loads((folder / "model_index.json").read_bytes())
    index["_class_name"] = "QwenImageEditPlusPipeline"
    (folder / "model_index.json").write_text(json.dumps(index))


MADE = {"flux": flux, "flux-fill": flux_fill, "qwen-image-edit-plus": qwen_image_edit_plus}


def _parts(channels: int) -> dict[str, object]:
    letters = [(chr(code), -2.0) for code in range(ord("!"), ord("~") + 1)]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -1.0), *letters]
    return {
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(),
        "vae": diffusers.AutoencoderKL(
            **tiny_flow.AUTOENCODER, latent_channels=4, shift_factor=0.1, scaling_factor=0.36
        ),
        "text_encoder": transformers.CLIPTextModel(tiny.text_config()),
        "tokenizer": tiny.tokenizer(),
        "text_encoder_2": transformers.T5EncoderModel(
            transformers.T5Config(
                vocab_size=len(pieces), d_model=WIDTH, d_kv=8, d_ff=WIDTH, num_layers=1, num_heads=2
            )
        ),
        "tokenizer_2": transformers.T5Tokenizer(vocab=pieces, extra_ids=0),
        "transformer": diffusers.FluxTransformer2DModel(
            in_channels=channels,
            out_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=WIDTH,
            num_attention_heads=2,
            joint_attention_dim=WIDTH,
            pooled_projection_dim=tiny.WIDTH,
            axes_dims_rope=(4, 6, 6),
            guidance_embeds=True,
        ),
    }
