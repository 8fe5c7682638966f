"""How runs and their calls ended or stand: failures, refusals, what may be billed, shards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from collage.engines.diffusion.shards import ShardProgress
from collage.errors import Refused
from collage.manifest import Failure
from collage.notes import Pardon, Refusal, Unsettled
from collage.store.bucket import READERS, Buckets
from collage.store.results import result_key

FAILURES_READ = 100
"""Failures of calls that are opened to tell refusals from others; more are only counted."""


class Outcomes(Buckets):
    """Notes of a collage's runs, each in an object of its own, so that none overwrites another."""

    def put_failure(self, failure: Failure, folder: str = "") -> None:
        """Write why a run failed, or why one of its calls did, or a layout that has a folder."""
        name = "failure" if failure.call is None else f"failures/{failure.call:06}"
        self._write(result_key(failure.id, folder, f"{name}.json"), failure)

    def failure(self, collage: str) -> Failure:
        """failure.json of a run. Raises NotInStore."""
        return self._read(Failure, f"collages/{collage}/failure.json")

    def call_failure(self, collage: str, call: int) -> Failure | None:
        """Why a call failed in this or an earlier try, if it did."""
        return self._found(Failure, f"collages/{collage}/failures/{call:06}.json")

    def failures(self, collage: str) -> dict[int, Failure]:
        """The recorded failures of a run's calls, by call."""
        keys = [key for key, _ in self._keys(f"collages/{collage}/failures/")]
        found = self._read_all(Failure, keys)
        return {failure.call: failure for failure in found if failure.call is not None}

    def count_failures(self, collage: str, since: datetime) -> tuple[int, int]:
        """How many calls failed ``since``, and how many were refused.

        Refusals beyond the first FAILURES_READ failures count as failed.
        """
        keys = [key for key, put in self._keys(f"collages/{collage}/failures/") if put >= since]
        found = self._read_all(Failure, keys[:FAILURES_READ])
        refused = sum(failure.error == Refused.__name__ for failure in found)
        return len(keys) - refused, refused

    def refusal(self, collage: str, key: str) -> Refusal | None:
        """The refusal of the draw with this key, if the provider refused it for the collage."""
        return self._found(Refusal, f"collages/{collage}/refused/{key}.json")

    def put_refused(self, collage: str, key: str, refusal: Refusal) -> None:
        """Write that the provider refused a draw."""
        self._write(f"collages/{collage}/refused/{key}.json", refusal)

    def pardon(self, collage: str) -> Pardon | None:
        """From when on earlier refusals do not count, if somebody said so."""
        return self._found(Pardon, f"collages/{collage}/pardon.json")

    def put_pardon(self, collage: str, pardon: Pardon) -> None:
        """Write from when on earlier refusals do not count."""
        self._write(f"collages/{collage}/pardon.json", pardon)

    def add_unsettled(self, collage: str, key: str, usd: float) -> None:
        """Count one more request for a tile that may have been billed without a picture."""
        name = f"collages/{collage}/unsettled/{key}.json"
        before = self._found(Unsettled, name) or Unsettled(requests=0, usd=0)
        self._write(name, Unsettled(requests=before.requests + 1, usd=round(before.usd + usd, 6)))

    def unsettled(self, collage: str) -> dict[str, Unsettled]:
        """Requests that may have been billed without a picture, by the key of their tile."""
        keys = [key for key, _ in self._keys(f"collages/{collage}/unsettled/")]
        with ThreadPoolExecutor(READERS) as pool:
            found = list(pool.map(lambda key: self._found(Unsettled, key), keys))
        return {
            key.rpartition("/")[2].removesuffix(".json"): note
            for key, note in zip(keys, found, strict=True)
            if note is not None
        }

    def put_shard(self, collage: str, progress: ShardProgress) -> None:
        """Write how far a shard is."""
        name = f"{progress.wave}-{progress.shard}"
        self._write(f"collages/{collage}/shards/{name}.json", progress)

    def shard(self, collage: str, wave: int, number: int) -> ShardProgress:
        """How far a shard of a wave is. Raises NotInStore."""
        return self._read(ShardProgress, f"collages/{collage}/shards/{wave}-{number}.json")

    def shards(self, collage: str, since: datetime) -> list[ShardProgress]:
        """How far the tasks on a GPU are that wrote of themselves ``since``."""
        keys = [key for key, put in self._keys(f"collages/{collage}/shards/") if put >= since]
        return self._read_all(ShardProgress, keys)
