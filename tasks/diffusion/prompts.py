"""Prompts as a pipeline conditions on them, each text encoded once, and none of it lost.

CLIP reads 77 tokens, the two that begin and end a text among them. A longer text is read in pieces,
cut between words, whose embeddings are put one behind the other: a denoiser attends to as many as
there are. What gives a text one embedding for all of it, gives that of its first piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch

from tasks.diffusion.remembered import Remembered
from tasks.diffusion.renderers import Job, Made

MOST = 512
"""Pieces remembered: half a megabyte each at SDXL's size."""

Own = TypeVar("Own", bound=Job[Any])


class Prompts:
    """The text encoders of a Stable Diffusion pipeline, of the first kind or XL."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._texts: Remembered[tuple[torch.Tensor, torch.Tensor | None]] = Remembered(MOST)

    def length(self, text: str, negative: str) -> int:
        """Into how many pieces a prompt and its negative prompt are read: the longer one's."""
        return max(len(self._pieces(text)), len(self._pieces(negative)))

    def of(self, texts: Sequence[str], negative: Sequence[str]) -> dict[str, torch.Tensor]:
        """The pipeline's arguments for a batch of prompts and as many negative prompts.

        All of them together are as long as the longest; see `by_length`.
        """
        most = max(self.length(*pair) for pair in zip(texts, negative, strict=True))
        wanted = [self._encoded(text, most) for text in texts]
        unwanted = [self._encoded_negative(text, most) for text in negative]
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

    def by_length(
        self, jobs: Sequence[Own], render: Callable[[Sequence[Own]], list[Made | Exception]]
    ) -> list[Made | Exception]:
        """What ``render`` makes of the jobs, those together whose prompts are equally long.

        A shorter prompt beside a longer one would be filled up, and so be another condition:
        what becomes of a job depends on no other.
        """
        lengths = [self.length(job.tile.prompt, job.options.negative_prompt) for job in jobs]
        made: dict[int, Made | Exception] = {}
        for length in sorted(set(lengths)):
            places = [i for i, one in enumerate(lengths) if one == length]
            made |= zip(places, render([jobs[i] for i in places]), strict=True)
        return [made[i] for i in range(len(jobs))]

    def _pieces(self, text: str) -> list[str]:
        most = self._pipe.tokenizer.model_max_length - 2
        return pieces(text, lambda piece: len(tokens(self._pipe.tokenizer, piece)) <= most)

    def _encoded(self, text: str, most: int) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The embeddings of a text in ``most`` pieces, the last of them perhaps empty."""
        there = self._pieces(text)
        read = [self._piece(piece) for piece in (*there, *[""] * (most - len(there)))]
        return torch.cat([embeds for embeds, _ in read], dim=1), read[0][1]

    def _encoded_negative(self, text: str, most: int) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Some models were trained with zeros in place of the empty text."""
        embeds, pooled = self._encoded(text, most)
        if text or not self._pipe.config.get("force_zeros_for_empty_prompt"):
            return embeds, pooled
        return torch.zeros_like(embeds), None if pooled is None else torch.zeros_like(pooled)

    def _piece(self, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        return self._texts.get(text, lambda: self._encode(text))

    def _encode(self, text: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        found = self._pipe.encode_prompt(
            prompt=text,
            device=self._pipe.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )
        # Stable Diffusion: text, negative. XL: those, and both pooled.
        return found[0], found[2] if len(found) > 2 else None


def pieces(text: str, fits: Callable[[str], bool]) -> list[str]:
    """A text cut between words into as few pieces as fit; a word that does not fit, in halves."""
    if fits(text):
        return [text]
    made: list[str] = []
    for word in text.split():
        longer = f"{made[-1]} {word}" if made else word
        if fits(longer):
            made[-1:] = [longer]
        elif fits(word) or len(word) < 2:
            made.append(word)
        else:
            half = len(word) // 2
            made += pieces(word[:half], fits) + pieces(word[half:], fits)
    return made


def tokens(tokenizer: Any, text: str) -> list[int]:
    """The tokens of a text, all of them, without those that begin and end it."""
    return list(
        tokenizer(text, add_special_tokens=False, truncation=False, verbose=False).input_ids
    )


def cut(tokenizer: Any, text: str, most: int) -> dict[str, float]:
    """What a tile says of a prompt that its family reads no further than ``most`` tokens."""
    count = len(tokens(tokenizer, text))
    return {} if count <= most else {"prompt_tokens": count, "prompt_tokens_read": most}
