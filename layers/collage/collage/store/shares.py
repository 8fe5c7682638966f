"""Shares: what is shared of a collage, its copies, and how they go.

::

    collages/{id}/shares/{share}/share.json    who shares what, until when
    collages/{id}/shares/{share}/copy.json     that the copy is whole, and its address
    collages/{id}/shares/{share}/failure.json  why there is none
    shares/{share}/site/...                    the copy, all of it, and nothing else
"""

from __future__ import annotations

from collage.manifest import Failure
from collage.sharing.share import Share, SharedCopy
from collage.store.bucket import Buckets


class Shares(Buckets):
    """Records of shares lie in the collage's folder; of their copies nobody sees anything else."""

    def put_share(self, share: Share) -> None:
        """Write what is shared, or that it ends earlier."""
        self._write(_record(share.collage, share.id, "share.json"), share)

    def share(self, collage: str, share: str) -> Share | None:
        """The share, if there is one."""
        return self._found(Share, _record(collage, share, "share.json"))

    def shares(self, collage: str) -> list[Share]:
        """All shares of a collage that are not gone, the oldest first."""
        prefix = f"collages/{collage}/shares/"
        keys = [key for key, _ in self._keys(prefix) if key.endswith("/share.json")]
        return sorted(self._read_all(Share, keys), key=lambda share: (share.at, share.id))

    def put_shared_copy(self, collage: str, copy: SharedCopy) -> None:
        """Write that the copy of a share is whole."""
        self._write(_record(collage, copy.id, "copy.json"), copy)

    def shared_copy(self, collage: str, share: str) -> SharedCopy | None:
        """The copy of a share, once it is whole."""
        return self._found(SharedCopy, _record(collage, share, "copy.json"))

    def put_share_failure(self, share: str, failure: Failure) -> None:
        """Write why a share has no copy."""
        self._write(_record(failure.id, share, "failure.json"), failure)

    def share_failure(self, collage: str, share: str) -> Failure | None:
        """Why a share has no copy, if it has none."""
        return self._found(Failure, _record(collage, share, "failure.json"))

    def remove_share(self, collage: str, share: str) -> None:
        """Delete the copy of a share, and then what is written of it."""
        self._delete_below(f"shares/{share}/")
        self._delete_below(f"collages/{collage}/shares/{share}/")

    def _delete_below(self, prefix: str) -> None:
        self._delete(self.collages, [key for key, _ in self._keys(prefix)])


def site_of(share: str) -> str:
    """Where the copy of a share lies, without a slash at its end."""
    return f"shares/{share}/site"


def _record(collage: str, share: str, name: str) -> str:
    return f"collages/{collage}/shares/{share}/{name}"
