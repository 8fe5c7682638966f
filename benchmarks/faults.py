"""A hundred calls of which the provider fails one in five, against the same undisturbed.

Requests are answered with 429, 500 or 503 by chance, the same ones each time. A 429 asks to be
left alone until the next picture may come, a tenth of a second at this limit. All runs are by one
warm laptop cloud; only the provider is another one each time, at the same address.

Beside it: the same where each 429 asks for a whole second. All calls grant it that, so what is
above the value is mostly silence that was asked for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from benchmarks.fanout import LATENCY, RATE, TILES, Run, laptop_cloud, photo, provider, run
from benchmarks.result import Result
from collage.manifest import MISSING

SHARE = 0.2


def measure() -> Result:
    """The time of RenderTiles among faults over its time without; every tile accounted for."""
    with provider() as well:
        port = urlsplit(well.base_url).port or 0
        with laptop_cloud(well) as stack:
            calm = run(stack, well, [photo(2)])
            well.stop()
            with provider("--faults", faults(1 / RATE), port=port) as ill:
                rough = run(stack, ill, [photo(3)])
            with provider("--faults", faults(1.0), port=port) as ill:
                rougher = run(stack, ill, [photo(4)])
    value = rough.seconds / calm.seconds
    return Result(
        name="faults",
        value=round(value, 2),
        unit="times the same without faults",
        aim="<= 2",
        holds=value <= 2 and _accounted(rough) and _accounted(rougher),
        parts={
            "tiles": TILES,
            "pictures_a_second": RATE,
            "latency_seconds": LATENCY,
            "share_of_faults": SHARE,
            "calm": calm.parts(),
            "rough": _parts(rough),
            "a_second_each_429": _parts(rougher)
            | {"value": round(rougher.seconds / calm.seconds, 2)},
        },
    )


def faults(retry_after: float) -> str:
    """The fake provider's plan of failures."""
    return f"rate={SHARE},kinds=429+500+503,seed=7,retry_after={retry_after},routes=edits"


def _accounted(made: Run) -> bool:
    """Whether every tile is there or says why not, and none was paid for twice."""
    return "NotRendered" not in _failed(made) and made.twice == 0


def _failed(made: Run) -> Counter[str]:
    tiles = [tile for manifest in made.manifests for tile in manifest.tiles]
    return Counter(str(tile.error) for tile in tiles if tile.state in MISSING)


def _parts(made: Run) -> dict[str, Any]:
    faults = Counter(request["fault"] for request in made.requests if request["fault"])
    return made.parts() | {"faults": dict(faults), "failed_by_name": dict(_failed(made))}
