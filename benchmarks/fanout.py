"""A hundred single-picture calls to a provider that allows ten pictures a second.

What is measured is the workflow's state RenderTiles, from its execution history, over the least
that the provider's limit allows: the number of pictures by the rate. The provider is a server of
its own process, half a second slow; all else is the laptop cloud. Two small collages run first,
because a Lambda's cold start is not what this is about and takes long on few cores.

Beside it: three collages started together that share the limit, and the original's way, one call
after another by the bare SDK.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from PIL import Image, ImageOps

from benchmarks.processes import since, spent
from benchmarks.result import Result
from collage.manifest import Manifest
from collage.pictures import masks, source
from collage.words import styles
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack

ROOT = Path(__file__).resolve().parents[1]
PHOTO = ROOT / "examples" / "farmhouse.png"
KEY = "sk-benchmark"
RATE = 10.0
"""Pictures a second that the provider allows; it takes as many at once after a pause."""
LATENCY = 0.5
AT_ONCE = 5
"""Half the provider's own burst: turns are given out here and arrive there a little unevenly."""
PARAMETERS = {
    "ImagesPerMinute": f"{RATE * 60:g}",
    "ImagesAtOnce": f"{AT_ONCE}",
    "LatencySeconds": f"{LATENCY}",
    "DailyUsdLimit": "100000",
}
OPTIONS: dict[str, Any] = {
    "rows": 10,
    "cols": 10,
    "size": 64,
    "cell": 32,
    "engine": "openai",
    "quality": "low",
}
TILES = 100
ONE, THREE = 1.1, 1.15
"""The aims, of one collage and of three that share the limit."""
WARM = {"rows": 4, "cols": 6}
SEQUENTIAL = 20
"""Calls made one after another; the time of a hundred is in proportion."""


@dataclass(frozen=True)
class Provider:
    """The fake provider, in its own process."""

    base_url: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End it before the time is up."""
        self.process.terminate()
        self.process.wait()

    def edits(self) -> list[dict[str, Any]]:
        """Every request for a picture that came in so far."""
        with urllib.request.urlopen(self.base_url.removesuffix("/v1") + "/fake/report") as answer:
            requests = json.load(answer)["requests"]
        return [request for request in requests if request["route"] == "edits"]


@dataclass(frozen=True)
class Run:
    """What collages that ran together came to."""

    seconds: float
    """From the first one's entry into RenderTiles to the last one's exit."""
    cpu: float
    """Processor seconds of the laptop cloud and its functions, from the start to the end."""
    manifests: list[Manifest]
    requests: list[dict[str, Any]]

    @property
    def over_limit(self) -> float:
        """The share of the requests that the provider answered with 429."""
        limited = [request for request in self.requests if request["status"] == 429]
        return len(limited) / len(self.requests)

    @property
    def lost(self) -> int:
        """Tiles without a picture."""
        return sum(manifest.missing for manifest in self.manifests)

    @property
    def twice(self) -> int:
        """Pictures that were billed and were not needed."""
        billed = sum(int(request["billed"]) for request in self.requests)
        made = sum(len(manifest.tiles) for manifest in self.manifests) - self.lost
        return billed - made

    def parts(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "seconds": round(self.seconds, 2),
            "cpu_milliseconds_a_picture": round(1000 * self.cpu / len(self.requests), 1),
            "requests": len(self.requests),
            "share_answered_429": round(self.over_limit, 3),
            "lost": self.lost,
            "rendered_twice": self.twice,
        }


def measure() -> Result:
    """The time of RenderTiles over the least that the limit allows, for one collage.

    Three together are held to 1.15.
    """
    with provider() as fake, laptop_cloud(fake) as stack:
        one = run(stack, fake, [photo(2)])
        three = run(stack, fake, [photo(3), photo(4), photo(5)])
        sequential = one_after_another(fake)
    least = TILES / RATE
    value, shared = one.seconds / least, three.seconds / (3 * least)
    holds = (
        value <= ONE
        and shared <= THREE
        and one.over_limit <= 0.05
        and one.lost == 0
        and one.twice == 0
    )
    return Result(
        name="fanout",
        value=round(value, 2),
        unit="times the least that the provider allows",
        aim=f"<= {ONE}, three {THREE}",
        holds=holds,
        parts={
            "tiles": TILES,
            "pictures_a_second": RATE,
            "latency_seconds": LATENCY,
            "images_at_once": AT_ONCE,
            "one": one.parts(),
            "three": three.parts() | {"value": round(shared, 2)},
            "sequential_seconds": round(sequential, 2),
            "sequential_over_ours": round(sequential / one.seconds, 2),
        },
    )


@contextmanager
def provider(*options: str, port: int = 0, cheap: bool = True) -> Iterator[Provider]:
    """Serve until the end; ``options`` are the fake provider's own.

    Unless they are ``cheap``, its pictures are painted of what they are asked with.
    """
    command = [
        *(sys.executable, "-m", "tests.fake_openai", *(["--cheap"] if cheap else []), "--key", KEY),
        *("--port", str(port), "--limit-per-second", str(RATE), "--latency", str(LATENCY)),
        *options,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Provider(process.stdout.readline().strip(), process)
        finally:
            process.terminate()


@contextmanager
def laptop_cloud(fake: Provider) -> Iterator[Stack]:
    """The laptop cloud with its functions warm."""
    before = dict(os.environ)
    os.environ.update(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=fake.base_url)
    try:
        with laptop.running(PARAMETERS) as (_, stack):
            for number in (0, 1):
                run(stack, fake, [photo(number)], **WARM)
            yield stack
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(stack: Stack, fake: Provider, sources: Sequence[bytes], **options: Any) -> Run:
    """Start a collage of each source at the same time, and wait for their ends."""
    before, spent_before = len(fake.edits()), spent(fake.process.pid)
    started = [stack.start(data, OPTIONS | options) for data in sources]
    for each in started:
        for _ in stack.follow(each):
            pass
    cpu = since(spent_before, fake.process.pid)
    spans = [_span(stack, each["run"]) for each in started]
    return Run(
        seconds=max(end for _, end in spans) - min(begin for begin, _ in spans),
        cpu=cpu,
        manifests=[stack.store.manifest(each["id"]) for each in started],
        requests=fake.edits()[before:],
    )


def one_after_another(fake: Provider) -> float:
    """Seconds for all tiles when a loop asks for one picture, waits, and asks for the next."""
    import openai

    png = source.prepare(photo(6), (1024, 1024), "crop")
    mask = masks.encode(masks.draw("left", (1024, 1024)))
    pairs = styles.combine(styles.DEFAULT_STYLES, 2)[:SEQUENTIAL]
    with openai.OpenAI(api_key=KEY, base_url=fake.base_url) as client:
        began = perf_counter()
        for pair in pairs:
            answer = client.images.edit(
                image=("source.png", png, "image/png"),
                mask=("mask.png", mask, "image/png"),
                prompt=f"in the style of {styles.phrase(pair)}",
                model="gpt-image-2.5-flare",
                size="1024x1024",
                quality="low",
            )
            picture = (answer.data or [])[0].b64_json or ""
            Image.open(io.BytesIO(base64.b64decode(picture))).resize((64, 64))
        return (perf_counter() - began) / SEQUENTIAL * TILES


def photo(number: int) -> bytes:
    """The sample picture, another one for each number from 0 to 7."""
    with Image.open(PHOTO) as picture:
        turned = picture.convert("RGB").rotate(90 * (number % 4))
    file = io.BytesIO()
    (ImageOps.mirror(turned) if number >= 4 else turned).save(file, "PNG")
    return file.getvalue()


def _span(stack: Stack, name: str) -> tuple[float, float]:
    """When a run entered RenderTiles and when it left it."""
    machine = stack.outputs["StateMachine"].replace(":stateMachine:", ":execution:")
    events = stack.client("stepfunctions").get_execution_history(
        executionArn=f"{machine}:{name}", maxResults=1000
    )["events"]

    def when(detail: str) -> float:
        event = next(e for e in events if e.get(detail, {}).get("name") == "RenderTiles")
        return float(event["timestamp"].timestamp())

    return when("stateEnteredEventDetails"), when("stateExitedEventDetails")
