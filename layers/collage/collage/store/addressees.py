"""notify/: who is told of the ends of a collage, by the requests for it."""

from __future__ import annotations

from collage.messages.addressee import Addressee
from collage.store.bucket import Buckets


class Addressees(Buckets):
    """A record for each address, so that whoever asks for a collage adds to those before."""

    def put_addressee(self, collage: str, addressee: Addressee) -> None:
        """Have an address told of every end of a collage from now on."""
        self._write(_key(collage, addressee.name), addressee)

    def addressees(self, collage: str) -> list[str]:
        """The names of the records of a collage."""
        found = self._keys(f"collages/{collage}/notify/")
        return [key.rpartition("/")[2].removesuffix(".json") for key, _ in found]

    def addressee(self, collage: str, name: str) -> Addressee:
        """The record of that name. Raises NotInStore."""
        return self._read(Addressee, _key(collage, name))


def _key(collage: str, name: str) -> str:
    return f"collages/{collage}/notify/{name}.json"
