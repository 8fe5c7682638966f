"""Prompts as a pipeline conditions on them, each text encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from tasks.diffusion.remembered import Remembered

MOST = 512
"""Texts remembered: half a megabyte each at SDXL's size."""


class Prompts:
    """The text encoders of a Stable Diffusion pipeline, of the first kind or XL."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._texts: Remembered[tuple[torch.Tensor, torch.Tensor | None]] = Remembered(MOST)

    def of(self, texts: Sequence[str], negative: Sequence[str]) -> dict[str, torch.Tensor]:
        """The pipeline's arguments for a batch of prompts and as many negative prompts."""
        wanted = [self._encoded(text) for text in texts]
        unwanted = [self._encoded_negative(text) for text in negative]
        given = {
            "prompt_embeds": torch.cat([embeds for embeds, _ in wanted]),
            "negative_prompt_embeds": torch.cat([embeds for embeds, _ in unwanted]),
        }
        pooled = [one for _, one in wanted if one is not None]
        if pooled:
            given["pooled_prompt_embeds"] = torch.cat(pooled)
            against = [one for _, one in unwanted if one is not None]
            given["negative_pooled_prompt_embeds"] = torch.cat(against)
        return given

    def _encoded(self, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        return self._texts.get(text, lambda: self._encode(text))

    def _encoded_negative(self, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Some models were trained with zeros in place of the empty text."""
        if text or not self._pipe.config.get("force_zeros_for_empty_prompt"):
            return self._encoded(text)
        embeds, pooled = self._encoded("")
        return torch.zeros_like(embeds), None if pooled is None else torch.zeros_like(pooled)

    def _encode(self, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        found = self._pipe.encode_prompt(
            prompt=text,
            device=self._pipe.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )
        # Stable Diffusion: text, negative. XL: those, and both pooled.
        return found[0], found[2] if len(found) > 2 else None
