"""Weights of open models, in whatever bucket or folder they lie."""

from __future__ import annotations

from pathlib import Path

from collage import weights
from collage.errors import NoModel, NotInStore
from collage.store.bucket import Buckets, named
from collage.weights import Weights


class WeightFiles(Buckets):
    """Files of weights below a prefix, ``s3://bucket/prefix``, or in a folder."""

    def weights(self, location: str) -> Weights:
        """What manifest.json says of the weights at ``location``, a prefix or a folder.

        Raises:
            NoModel: when it is not there or not usable.
        """
        try:
            return weights.parse(self._weights_file(location, "manifest.json"))
        except (NotInStore, OSError) as error:
            raise NoModel(f"There are no weights at {location}: no manifest.json.") from error

    def fetch_weights(self, location: str, name: str, path: Path) -> None:
        """Bring a file of the weights from its prefix to ``path``. Raises NotInStore."""
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
        with named(bucket, key):
            self.s3.download_file(bucket, key, str(path))

    def _weights_file(self, location: str, name: str) -> bytes:
        if not location.startswith("s3://"):
            return (Path(location) / name).read_bytes()
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return self._get(bucket, f"{prefix.rstrip('/')}/{name}".lstrip("/"))
