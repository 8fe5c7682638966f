"""What shows a picture to the text encoder of Qwen's editing models.

transformers' own processor for it also takes videos, and for them asks for torchvision, which the
task does without. Of it this is what a picture needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import transformers
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

PLACE = "<|image_pad|>"
"""The word that stands for a picture in a text, and then for each of its patches."""


class Processor(transformers.Qwen2VLProcessor):  # type: ignore[misc]
    """Texts with places for pictures, and the pictures, as one input of the encoder."""

    def __init__(self, image_processor: Any, tokenizer: Any) -> None:
        # Not its own: that looks for a processor of videos.
        self.image_processor = image_processor
        self.tokenizer = tokenizer
        self.image_token = PLACE

    def __call__(
        self, text: Sequence[str], images: Any, padding: bool = True, return_tensors: str = "pt"
    ) -> Any:
        """Tokens, with as many in a picture's place as it has patches, and the patches."""
        seen = self.image_processor(images, return_tensors=return_tensors)
        merged = self.image_processor.merge_size**2
        counts = iter((seen["image_grid_thw"].prod(dim=1) // merged).tolist())
        texts = [
            "".join(
                part if index == 0 else self.image_token * next(counts) + part
                for index, part in enumerate(one.split(self.image_token))
            )
            for one in text
        ]
        tokens = self.tokenizer(texts, padding=padding, return_tensors=return_tensors)
        return transformers.BatchFeature({**tokens, **seen})


def load(folder: Path) -> Processor:
    """The processor of the family in ``folder``."""
    return Processor(
        Qwen2VLImageProcessorPil.from_pretrained(folder / "processor", local_files_only=True),
        transformers.AutoTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
    )
