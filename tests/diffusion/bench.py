"""Plans of few small tiles, written where the task looks for them, and the task run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PIL import Image

from collage.digest import sha256
from collage.engines.diffusion import operations
from collage.pictures import masks
from collage.plan import Plan
from collage.spending import batches
from collage.store.store import Store
from collage.tile import Tile
from collage.weights import Traits, Weights
from tasks.diffusion.ends import End
from tasks.diffusion.renderers import Renderer
from tasks.diffusion.shard import Shard
from tasks.diffusion.worker import Worker
from tests.infrastructure.shipped import ROOT
from tests.unit.pictures import decode, encode
from tests.unit.plans import ACCOUNTS, accepted, planned

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIZE = 64
ID = "c0ffee" + 14 * "0"
STYLES = ("Cubism", "Baroque", "Op Art", "Fauvism")


def photo() -> bytes:
    """A part of the sample picture, small."""
    with Image.open(ROOT / "examples" / "farmhouse.png") as picture:
        return encode(picture.convert("RGB").resize((SIZE, SIZE)))


@dataclass
class Bench:
    """A bucket and a folder of models."""

    s3: S3Client
    bucket: str
    models: Path
    loaded: dict[str, dict[str, tuple[Traits, Renderer]]]
    """Models that were loaded from folders, for the tests of a session to share."""

    @property
    def store(self) -> Store:
        return Store(self.s3, "", self.bucket)

    def tile(self, operation: Any, **changes: Any) -> Tile:
        """A tile with little to do; ``mask`` draws one, ``model`` is a family's name."""
        model = changes.pop("model", None) or operations.FAMILIES[operation]
        mask = changes.pop("mask", "left" if operation in ("inpaint", "outpaint") else None)
        sampled = operation not in ("reconstruct", "upscale")
        defaults: dict[str, Any] = {
            "prompt": "in the style of Cubism and Baroque" if sampled else "",
            "styles": (),
            "source": None if operation == "generate" else sha256(photo()),
            "options": {"num_inference_steps": "4"} if sampled else {},
            "size": (SIZE, SIZE),
            "seed": 7,
        }
        return Tile(
            **{
                **defaults,
                "operation": operation,
                "mask": mask,
                "mask_sha256": mask and sha256(_mask(mask)),
                "engine": "diffusion",
                "model": self.store.weights(str(self.models)).pinned(model),
                "sample": None,
                "preserve": True,
                **changes,
            }
        )

    def plan(self, tiles: Sequence[Tile], source: bytes | None = None) -> Plan:
        """Write a plan of these tiles, with all that they are made of."""
        asked = accepted(engine="diffusion", size=SIZE).model_copy(update={"id": ID})
        calls = batches.of(tiles, ACCOUNTS)
        waves = (tuple(range(len(calls))),)
        made = planned(size=SIZE).model_copy(
            update={"id": ID, "tiles": tuple(tiles), "calls": calls, "waves": waves}
        )
        self.store.put_accepted(asked)
        self.store.put_prepared_source(ID, source or photo())
        for name in {tile.mask for tile in tiles if tile.mask}:
            self.store.put_mask(ID, name, _mask(name))
        self.store.put_plan(made)
        return made

    def worker(self, **changes: Any) -> Worker:
        """The task in this process."""
        shard = Shard(collages_bucket=self.bucket, collage_id=ID, models=str(self.models))
        return Worker(shard.model_copy(update=changes), self.store, Event())

    def _ready(self) -> Worker:
        """The same, with the models that a worker before it loaded from the same folder."""
        worker = self.worker()
        bring = worker._renderer

        def renderer(model: str) -> tuple[Traits, Renderer]:
            loaded = self.loaded.setdefault(str(self.models), {})
            if model not in loaded:
                loaded[model] = bring(model)
            return loaded[model]

        worker._renderer = renderer  # type: ignore[method-assign]
        return worker

    def make(
        self, *tiles: Tile, source: bytes | None = None, fresh: bool = False, **changes: Any
    ) -> list[Image.Image]:
        """The pictures of these tiles, made in this process.

        By models that were loaded before, and remember what they encoded, unless ``fresh``.
        """
        self.plan(tiles, source)
        worker = self.worker(**changes) if changes or fresh else self._ready()
        assert worker.run() == End.DONE
        return [self.picture(tile) for tile in tiles]

    def picture(self, tile: Tile) -> Image.Image:
        """The picture of a finished tile."""
        return decode(self.png(tile))

    def png(self, tile: Tile) -> bytes:
        """The file of a finished tile."""
        found = self.store.tile(tile)
        assert found is not None, "the tile was not made"
        return found[0]

    def variables(self) -> dict[str, str]:
        """What the workflow tells a task of all of this bench's plan."""
        return {
            "COLLAGES_BUCKET": self.bucket,
            "COLLAGE_ID": ID,
            "MODELS": str(self.models),
            "HEARTBEAT_SECONDS": "0.001",
        }

    def start(self, python: Path, **variables: str) -> subprocess.Popen[str]:
        """The task as a process of its own."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'collage'}",
            **self.variables(),
            **variables,
        }
        return subprocess.Popen(
            [python, "-m", "tasks.diffusion"],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )


def changed(models: Path, folder: Path, file: str, change: Any) -> Path:
    """A copy of the models in ``folder``, the weights in ``file`` changed, by name and tensor."""
    from safetensors.torch import load_file, save_file

    from tasks.diffusion import manifest

    shutil.copytree(models, folder)
    weights = {name: change(name, weight) for name, weight in load_file(folder / file).items()}
    save_file(weights, folder / file, metadata={"format": "pt"})
    name = file.split("/", maxsplit=1)[0]
    there = Weights.model_validate_json((folder / "manifest.json").read_bytes()).families[name]
    again = manifest.family(folder / name, there.kind, there.repository, there.licence)
    manifest.write(folder, {name: again})
    return folder


def _mask(name: str) -> bytes:
    return masks.encode(masks.draw(name, (SIZE, SIZE)))
