"""Kandinsky 2.2: pictures of an image's embedding, which a text can be turned into as well.

It has DALL-E 2's shape: a prior makes the embedding of a text, a decoder the picture of an
embedding. What a picture means and where its pixels stand can so be varied apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, KandinskyV22Pipeline, KandinskyV22PriorPipeline
from PIL import Image

from collage.engines.diffusion.operations import Interpolating, Sampling
from collage.errors import NotRecreated
from collage.tile import Tile
from tasks.diffusion import inversion, pipelines
from tasks.diffusion.machine import Machine, generators
from tasks.diffusion.pictures import Pixels, signed, unsigned
from tasks.diffusion.prompts import cut
from tasks.diffusion.remembered import Remembered
from tasks.diffusion.renderers import Job, Made, Step

PRIOR_STEPS = 25
PRIOR_GUIDANCE = 4.0

EXACT = 0.02
"""How far, of its length, a recreated latent may be from the source's."""


class ImageEmbedding:
    """The prior, the decoder, and what they have encoded."""

    def __init__(self, prior: Any, decoder: Any) -> None:
        self.prior = prior
        self.decoder = decoder
        self._texts: Remembered[torch.Tensor] = Remembered(512)
        self._pictures: Remembered[torch.Tensor] = Remembered(16)
        self._inverted: Remembered[tuple[torch.Tensor, torch.Tensor, float]] = Remembered(16)

    def render(self, jobs: Sequence[Job[Any]], step: Step) -> list[Made | Exception]:
        """Variations of the source's meaning, or what lies between it, a text and its pixels."""
        if isinstance(jobs[0].options, Interpolating):
            return self._interpolate(jobs, step)
        return self._vary(jobs, step)

    def _vary(self, jobs: Sequence[Job[Sampling]], step: Step) -> list[Made | Exception]:
        first = jobs[0]
        against = [job.options.negative_prompt for job in jobs]
        with pipelines.scheduled(self.decoder, first.options.scheduler):
            pictures = self.decoder(
                image_embeds=torch.cat([self._meaning(job) for job in jobs]),
                negative_image_embeds=torch.cat(
                    [
                        self._text(text, job.tile) if text else self._nothing()
                        for text, job in zip(against, jobs, strict=True)
                    ]
                ),
                width=first.size[0],
                height=first.size[1],
                num_inference_steps=first.options.num_inference_steps,
                guidance_scale=first.options.guidance_scale,
                generator=generators([job.tile for job in jobs]),
                callback_on_step_end=pipelines.told(step),
                output_type="np",
            ).images
        return [
            Made(_cut(picture, job), self._read(job))
            for picture, job in zip(pictures, jobs, strict=True)
        ]

    def _read(self, job: Job[Any]) -> dict[str, float]:
        """What is said of a prompt that the prior does not read to its end."""
        most = self.prior.tokenizer.model_max_length - 2
        return cut(self.prior.tokenizer, job.tile.prompt, most)

    def _meaning(self, job: Job[Sampling]) -> torch.Tensor:
        """The embedding of the source; half way to the text's, where there is one."""
        picture = self._picture(job)
        if not job.tile.prompt:
            return picture
        return (picture + self._text(job.tile.prompt, job.tile)) / 2

    def _interpolate(
        self, jobs: Sequence[Job[Interpolating]], step: Step
    ) -> list[Made | Exception]:
        """Between the source (u = v = 0), the text (u = 1) and the source's meaning (v = 1).

        The embedding is a mixture of the three; the noise goes from that which recreates the
        source to the tile's own as u + v goes to 1. There is no guidance, as in the inversion.
        """
        first = jobs[0]
        steps = first.options.num_inference_steps or 1
        path = inversion.path(DDIMScheduler.from_config(self.decoder.scheduler.config), steps)
        done = 0

        def advance() -> None:
            nonlocal done
            done += 1
            step(min(done, steps), steps)

        embeddings, noises, measures = [], [], []
        for job in jobs:
            source = self._picture(job)
            noise, residual = self._invert(job, source, path, lambda: step(0, steps))
            mixed = source
            if job.options.u:
                text = self._text(job.tile.prompt, job.tile)
                mixed = job.options.u * text + (1 - job.options.u) * source
                length = job.options.u * text.norm() + (1 - job.options.u) * source.norm()
                mixed = mixed * (length / mixed.norm().clamp_min(1e-12))
            own = torch.randn(noise.shape, generator=generators([job.tile])[0]).to(noise)
            embeddings.append(mixed)
            noises.append(inversion.slerp(noise, own, job.options.u + job.options.v))
            said = {"inversion_residual": float(f"{residual:.2g}")}
            measures.append({**said, **(self._read(job) if job.options.u else {})})
        predict = self._seen(torch.cat(embeddings), advance)
        with self._exact():
            latents = inversion.sample(predict, torch.cat(noises), path)
        pictures = unsigned(self._decode(latents))
        return [
            self._judged(job, latents[i : i + 1], Made(_cut(pictures[i], job), measures[i]))
            for i, job in enumerate(jobs)
        ]

    def _judged(
        self, job: Job[Interpolating], latents: torch.Tensor, made: Made
    ) -> Made | Exception:
        """At u = v = 0 the picture has to be the source again."""
        if job.options.u or job.options.v:
            return made
        error = inversion.relative(latents, self._latents(job))
        if not error <= EXACT:
            return NotRecreated(
                f"The inverted source comes back with a relative error of {error:.2g}; at most "
                f"{EXACT:g} is allowed. More num_inference_steps bring it closer."
            )
        return Made(made.picture, {**made.measures, "recreation_error": float(f"{error:.2g}")})

    def _invert(
        self, job: Job[Interpolating], source: torch.Tensor, path: inversion.Path, tell: Any
    ) -> tuple[torch.Tensor, float]:
        def work() -> tuple[torch.Tensor, torch.Tensor, float]:
            latents = self._latents(job)
            with self._exact():
                noise, residual = inversion.invert(self._seen(source, tell), latents, path)
            return latents, noise, residual

        name = (job.tile.source, job.size, len(path.timesteps))
        _, noise, residual = self._inverted.get(name, work)
        return noise, residual

    @contextmanager
    def _exact(self) -> Iterator[None]:
        """The denoiser in float32: a fixed point is not found among numbers of two digits."""
        unet, own = self.decoder.unet, self.decoder.unet.dtype
        unet.float()
        try:
            yield
        finally:
            unet.to(own)

    def _seen(self, embeddings: torch.Tensor, tell: Any) -> inversion.Predict:
        """The noise that the decoder sees under these embeddings; it also guesses a variance."""

        def predict(latents: torch.Tensor, timestep: int) -> torch.Tensor:
            tell()
            seen = self.decoder.unet(
                sample=latents.to(self.decoder.unet.dtype),
                timestep=timestep,
                encoder_hidden_states=None,
                added_cond_kwargs={"image_embeds": embeddings.to(self.decoder.unet.dtype)},
                return_dict=False,
            )[0]
            noise: torch.Tensor = seen[:, : latents.shape[1]].to(latents.dtype)
            return noise

        return predict

    def _latents(self, job: Job[Interpolating]) -> torch.Tensor:
        """The source in latents, in float32: inverting adds up what is rounded."""
        movq = self.decoder.movq

        def encode() -> torch.Tensor:
            picture = signed(_pixels(job)).to(movq.device, movq.dtype)
            found: torch.Tensor = movq.encode(picture).latents.float()
            return found

        return self._pictures.get(("latents", job.tile.source, job.size), encode)

    def _decode(self, latents: torch.Tensor) -> torch.Tensor:
        movq = self.decoder.movq
        made: torch.Tensor = movq.decode(latents.to(movq.dtype), force_not_quantize=True).sample
        return made

    def _picture(self, job: Job[Any]) -> torch.Tensor:
        """The embedding of the source."""

        def embed() -> torch.Tensor:
            encoder = self.prior.image_encoder
            values = self.prior.image_processor(Image.fromarray(_pixels(job)), return_tensors="pt")
            found: torch.Tensor = encoder(
                values.pixel_values.to(encoder.device, encoder.dtype)
            ).image_embeds
            return found

        return self._pictures.get(("meaning", job.tile.source, job.size), embed)

    def _text(self, text: str, tile: Tile) -> torch.Tensor:
        """The embedding that the prior makes of a text: one for each text and seed."""

        def embed() -> torch.Tensor:
            found: torch.Tensor = self.prior(
                text,
                num_inference_steps=PRIOR_STEPS,
                guidance_scale=PRIOR_GUIDANCE,
                generator=generators([tile])[0],
            ).image_embeds
            return found

        return self._texts.get((text, tile.seed), embed)

    def _nothing(self) -> torch.Tensor:
        return self._texts.get(None, lambda: self.prior.get_zero_embed(1))


def load(folder: Path, machine: Machine, *, compiled: bool) -> ImageEmbedding:
    """The prior and the decoder, which lie beside each other in ``folder``."""
    prior = pipelines.load(KandinskyV22PriorPipeline, folder / "prior", machine)
    decoder = pipelines.load(KandinskyV22Pipeline, folder / "decoder", machine, compiled=compiled)
    return ImageEmbedding(prior, decoder)


def _pixels(job: Job[Any]) -> Pixels:
    if job.source is None:
        raise ValueError("a variation has a source")
    return job.source


def _cut(picture: Any, job: Job[Any]) -> Any:
    """The job's part of a picture that the decoder rounded up to whole latents."""
    return picture[: job.size[1], : job.size[0]]
