"""The worker: set up once, then serve the calls of a shard, one batch each.

A batch is a call of the plan, and is made whole even when some of its tiles are there: so a tile
comes out the same to the byte, however often the work was interrupted.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from time import perf_counter
from typing import Any

import torch

from collage.engines.diffusion import operations
from collage.engines.diffusion.shards import ShardProgress, part
from collage.engines.engine import Rendered
from collage.errors import (
    CollageError,
    InvalidRequest,
    MissingContext,
    NoModel,
    NotInStore,
    OutOfMemory,
    RenderFailed,
)
from collage.manifest import Failure
from collage.pictures import feather, masks
from collage.steps.keep_tile import keep
from collage.steps.materials import materials, style_pictures
from collage.store.store import Store
from collage.tile import Call, Tile
from collage.weights import Traits
from tasks.diffusion import pictures, renderers, weights
from tasks.diffusion.ends import End
from tasks.diffusion.fitting import Fitting
from tasks.diffusion.heartbeat import Heartbeat, log
from tasks.diffusion.machine import free, is_out_of_memory, machine
from tasks.diffusion.renderers import Job, Made, Renderer
from tasks.diffusion.shard import Shard

READERS = 16
"""Sidecars looked for at once."""


class Worker:
    """One shard of one plan, and the model that was loaded last."""

    def __init__(self, shard: Shard, store: Store, interrupted: Event) -> None:
        self.shard = shard
        self.store = store
        self.machine = machine()
        progress = ShardProgress(
            wave=shard.wave,
            shard=shard.shard,
            shards=shard.shards,
            state="loading",
            device=str(self.machine),
        )
        self.heartbeat = Heartbeat(
            progress,
            lambda now: store.put_shard(shard.collage_id, now),
            interrupted,
            shard.heartbeat_seconds,
        )
        self._loaded: tuple[str, Traits, Renderer] | None = None
        self._unusable: dict[str, CollageError] = {}
        """Why models could not be loaded: it takes minutes to try, and no call succeeds."""
        self._errors: set[str] = set()
        self._fitting = Fitting()

    def run(self) -> End:
        """Make what the shard's part of the plan lacks.

        Raises:
            NotInStore: when there is no plan.
            InvalidRequest: when the plan has no such wave.
            Interrupted: when the task is told to stop.
        """
        plan = self.store.plan(self.shard.collage_id)
        if self.shard.wave >= len(plan.waves):
            raise InvalidRequest(f"WAVE: the plan has {len(plan.waves)}, counted from 0.")
        ours = plan.of_tasks(self.shard.wave)
        mine = part(len(ours), self.shard.shard, self.shard.shards)
        calls = [plan.call(ours[i]) for i in mine]
        tiles = [tile for call in calls for tile in call.tiles]
        there = self._there(tiles)
        self.heartbeat.at(tiles=len(tiles), done=len([tile for tile in tiles if tile.key in there]))
        width = max((len(plan.calls[i]) for i in ours), default=1)
        with torch.inference_mode():
            for call in calls:
                if any(tile.key not in there for tile in call.tiles):
                    self._serve(call, there, width)
        self.heartbeat.at(state="failed" if self._errors else "done", step=0, steps=0)
        return self._end()

    def _there(self, tiles: Sequence[Tile]) -> set[str]:
        with ThreadPoolExecutor(READERS) as pool:
            found = pool.map(lambda tile: self.store.sidecar(tile) is not None, tiles)
            return {tile.key for tile, made in zip(tiles, found, strict=True) if made}

    def _end(self) -> End:
        if not self._errors:
            return End.DONE
        if NoModel.__name__ in self._errors:
            return End.NO_MODEL
        return End.OUT_OF_MEMORY if OutOfMemory.__name__ in self._errors else End.SOME_FAILED

    def _serve(self, call: Call, there: set[str], width: int) -> None:
        """Make one call's tiles; those that cannot be made are written down by their reason."""
        self.heartbeat.check()
        began = perf_counter()
        index, tiles = call.index, call.tiles
        try:
            traits, renderer = self._renderer(tiles[0].model)
        except (NoModel, OutOfMemory) as error:
            self._unusable[tiles[0].model] = error
            return self._fail(index, [tile for tile in tiles if tile.key not in there], error)
        jobs, failed = self._jobs(call, traits)
        self.heartbeat.at(state="rendering", step=0, steps=0)
        # One shape for all batches: what a tile becomes depends on no neighbour.
        padded = [*jobs, *[jobs[-1]] * (width - len(jobs))] if jobs else []
        made = self._fitted(index, renderer, padded) if padded else []
        seconds = (perf_counter() - began) / len(tiles)
        kept: list[str] = []
        for job, result in zip(jobs, made, strict=False):
            if job.tile.key in there:
                continue
            try:
                if isinstance(result, Exception):
                    raise result
                rendered = _finished(job, result)
            except CollageError as error:
                failed.append((job.tile, error))
                continue
            keep(self.store, self.shard.collage_id, job.tile, rendered, seconds=seconds)
            kept.append(job.tile.key)
            self.heartbeat.at(done=self.heartbeat.progress.done + 1)
        if kept:
            log("rendered", call=index, tile_keys=kept, seconds_each=round(seconds, 3))
        for tile, why in failed:
            self._fail(index, [tile], why)
        return None

    def _renderer(self, model: str) -> tuple[Traits, Renderer]:
        if model in self._unusable:
            raise self._unusable[model]
        if self._loaded is None or self._loaded[0] != model:
            self._loaded = None
            free()
            self.heartbeat.at(state="loading")
            family, folder = weights.bring(
                self.store, self.shard.models, model, self.shard.weights_cache, self.heartbeat.check
            )
            try:
                renderer = renderers.load(
                    family.kind,
                    folder,
                    self.machine,
                    compiled=self.shard.compile,
                    adapters=family.adapters,
                    controlnet=family.controlnet,
                    ip_adapter=family.ip_adapter,
                )
            except NoModel:
                raise
            except Exception as error:
                # Loaders raise whatever a file of another family makes them stumble over.
                if is_out_of_memory(error):
                    free()
                    where = f"the memory of {self.machine}"
                    raise OutOfMemory(f"The weights of {model} do not fit into {where}.") from error
                raise NoModel(f"The weights of {model} cannot be loaded: {_said(error)}") from error
            self._loaded = model, operations.traits_of(family), renderer
        return self._loaded[1], self._loaded[2]

    def _jobs(
        self, call: Call, traits: Traits
    ) -> tuple[list[Job[Any]], list[tuple[Tile, CollageError]]]:
        jobs: list[Job[Any]] = []
        failed: list[tuple[Tile, CollageError]] = []
        for tile in call.tiles:
            try:
                operations.check_size(traits, tile.size)
                options = operations.options(tile.operation, traits, tile.options)
                source, mask = materials(self.store, self.shard.collage_id, tile, call.composed)
                styles = style_pictures(self.store, self.shard.collage_id, tile, call.composed)
            except (InvalidRequest, MissingContext, NotInStore) as error:
                failed.append((tile, error))
                continue
            job = _job(tile, options, source, mask, traits.at(tile.size))
            by_digest = {
                tile.style_pictures[name]: pictures.decode(picture)
                for name, picture in styles.items()
            }
            jobs.append(replace(job, styles=by_digest))
        return jobs, failed

    def _fitted(
        self, index: int, renderer: Renderer, jobs: Sequence[Job[Any]]
    ) -> list[Made | Exception]:
        def halved() -> None:
            self.heartbeat.at(halved=(*self.heartbeat.progress.halved, index))

        try:
            return self._fitting.render(
                (jobs[0].tile.model, jobs[0].tile.size, jobs[0].tile.operation),
                lambda some: renderer.render(some, self.heartbeat.step),
                jobs,
                halved,
            )
        except CollageError:
            raise
        except Exception as error:
            log("render failed", "ERROR", call=index, reason=traceback.format_exc())
            why = RenderFailed(f"The model failed with {type(error).__name__}: {_said(error)}")
            return [why for _ in jobs]

    def _fail(self, index: int, tiles: Sequence[Tile], error: CollageError) -> None:
        """Write down why tiles of a call are missing, and go on."""
        self._errors.add(error.name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.store.put_failure(
            Failure(
                id=self.shard.collage_id,
                error=error.name,
                message=str(error),
                created=now,
                call=index,
            )
        )
        keys = [tile.key for tile in tiles]
        log("failed", "WARNING", call=index, tile_keys=keys, error=error.name, reason=str(error))
        self.heartbeat.at(failed=self.heartbeat.progress.failed + len(tiles), message=str(error))


def _said(error: Exception) -> str:
    """What an error says, as far as a sentence can hold it."""
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:300] + "..."


def _job(
    tile: Tile, options: Any, source: bytes | None, mask: bytes | None, at: tuple[int, int]
) -> Job[Any]:
    """A tile's job, to be made at another width and height than the tile has."""
    pixels = None if source is None else pictures.decode(source)
    alpha = None if mask is None else masks.decode(mask)
    kept = None
    if tile.preserve and pixels is not None and alpha is not None:
        kept = pictures.resized(pixels, tile.size), pictures.selected(alpha, tile.size)
    if pixels is not None and tile.operation != "upscale":
        pixels = pictures.resized(pixels, at)
    alpha = None if alpha is None else pictures.selected(alpha, at)
    return Job(tile, options, pixels, alpha, at, kept)


def _finished(job: Job[Any], made: Made) -> Rendered:
    """The picture as a file; outside the mask it is the source, to the pixel.

    Raises:
        BrokenPicture: when the model made none.
    """
    pixels = pictures.resized(pictures.quantize(made.picture), job.tile.size)
    if job.kept is not None:
        source, mask = job.kept
        fades = job.tile.operation != "outpaint"
        pixels = feather.blend(source, pixels, mask, fades=fades)
    return Rendered(pictures.encode(pixels), measures=dict(made.measures))
