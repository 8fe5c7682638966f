"""Tiles, shared by all collages, and the same at the size of a cell."""

from __future__ import annotations

from typing import Protocol

from collage.digest import sha256
from collage.errors import NotInStore
from collage.store.bucket import Buckets, named
from collage.tile import Sidecar, Tile


class PictureFile(Protocol):
    """What tells a whole picture of a tile: its key and the digest of the file."""

    @property
    def key(self) -> str:
        """The tile's."""

    @property
    def sha256(self) -> str:
        """Of the file."""


class Tiles(Buckets):
    """Tiles under the digest of what conditions them; a sidecar is written last and commits one."""

    def sidecar(self, tile: Tile) -> Sidecar | None:
        """The tile's sidecar, or None when the tile was not finished."""
        return self._sidecar(tile.key)

    def has_tile(self, key: str) -> bool:
        """Whether the tile with this key was finished; its sidecar is not read."""
        return self._is_there(f"tiles/{key}.json")

    def has_tiles(self) -> bool:
        """Whether anything of any tile is there."""
        with named(self.collages, "tiles/"):
            answer = self.s3.list_objects_v2(Bucket=self.collages, Prefix="tiles/", MaxKeys=1)
        # A page among many that were deleted can be empty and not the last.
        return bool(answer.get("Contents") or answer["IsTruncated"])

    def tiles_after(self, key: str) -> tuple[list[str], bool]:
        """Keys of the next tiles of which something is there, and whether there are more.

        They ascend, from ``key`` on, which is the first if it is there; at most a thousand.
        """
        with named(self.collages, "tiles/"):
            # All that lies of a tile is one name: what its files have in common ends with the dot.
            answer = self.s3.list_objects_v2(
                Bucket=self.collages, Prefix="tiles/", Delimiter=".", StartAfter=f"tiles/{key}"
            )
        names = [item["Prefix"] for item in answer.get("CommonPrefixes", [])]
        keys = [name.removeprefix("tiles/").removesuffix(".") for name in names]
        return keys, answer["IsTruncated"] and bool(keys)

    def finished_after(self, key: str) -> tuple[list[str], bool]:
        """Keys of the next tiles that are finished, as `tiles_after` gives them.

        A page has all files of tiles, at most a thousand, so that of a page without a sidecar the
        next one is read.
        """
        start, more, keys = f"tiles/{key}", True, list[str]()
        while more and not keys:
            with named(self.collages, "tiles/"):
                answer = self.s3.list_objects_v2(
                    Bucket=self.collages, Prefix="tiles/", StartAfter=start
                )
            names = [item["Key"] for item in answer.get("Contents", [])]
            more = answer["IsTruncated"] and bool(names)
            keys = [
                name.removeprefix("tiles/").removesuffix(".json")
                for name in names
                if name.endswith(".json")
            ]
            start = names[-1] if names else start
        return keys, more

    def tile(self, tile: Tile) -> tuple[bytes, Sidecar] | None:
        """A finished tile's picture and sidecar; None when either is missing or half-written."""
        return self.finished(tile.key)

    def finished(self, key: str) -> tuple[bytes, Sidecar] | None:
        """The picture and sidecar of the tile with this key, as `tile` gives them."""
        sidecar = self._sidecar(key)
        png = None if sidecar is None else self.picture(sidecar)
        return None if sidecar is None or png is None else (png, sidecar)

    def picture(self, sidecar: PictureFile) -> bytes | None:
        """The picture that a sidecar, or a copy of what it says, stands for.

        None when it is missing or half-written.
        """
        try:
            png = self._get(self.collages, f"tiles/{sidecar.key}.png")
        except NotInStore:
            return None
        return png if sha256(png) == sidecar.sha256 else None

    def put_tile(self, png: bytes, sidecar: Sidecar, provider: bytes | None = None) -> None:
        """Write a tile: the pictures, then the sidecar that commits them."""
        if provider is not None:
            key = f"tiles/{sidecar.key}.provider"
            self._put(self.collages, key, provider, "application/octet-stream")
        self._put(self.collages, f"tiles/{sidecar.key}.png", png, "image/png")
        self._write(f"tiles/{sidecar.key}.json", sidecar)

    def cell(self, key: str, size: tuple[int, int]) -> bytes | None:
        """The picture of a tile at a cell's size, if it was made."""
        try:
            return self._get(self.collages, _cell(key, size))
        except NotInStore:
            return None

    def put_cell(self, key: str, size: tuple[int, int], png: bytes) -> None:
        """Write the picture of a tile at a cell's size."""
        self._put(self.collages, _cell(key, size), png, "image/png")

    def tile_file(self, name: str) -> bytes:
        """A file of those that lie with the tiles. Raises NotInStore."""
        return self._get(self.collages, f"tiles/{name}")

    def _sidecar(self, key: str) -> Sidecar | None:
        return self._found(Sidecar, f"tiles/{key}.json")


def _cell(key: str, size: tuple[int, int]) -> str:
    return f"tiles/{key}.{size[0]}x{size[1]}.png"
