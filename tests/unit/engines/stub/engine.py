"""The engine `stub`: makes noise, once it has its key."""

from collage.engines.engine import Rendered
from tests.unit.pictures import encode, noise


class Stub:
    def __init__(self, key):
        self.key = key

    def render(self, tiles, source, mask, turn):
        turn()
        return [Rendered(encode(noise(tile.size)), provider=self.key.encode()) for tile in tiles]


def load(services):
    return Stub(services.client(services.accounts["stub"]))
