"""A collage in styles of pictures, by trained networks, through the shipped template."""

from collage.engines.stylizer.models import MODEL
from collage.request.named_files import Files
from combinatoric_collage.cli.stacks.stack import Stack
from tests.unit.pictures import decode, encode, noise
from tests.workflow.running import ended, photo

PICTURES = {"Waves": encode(noise((300, 280), 1)), "Moss": encode(noise((260, 400), 2))}
ASKED = {"rows": 1, "cols": 3, "size": 64, "cell": 32, "masks": ["left", "right", "top"]}


def made(stack: Stack, **options: object) -> tuple[bytes, dict[str, bytes]]:
    """The collage of a photo in the styles of the pictures, and its tiles by their keys."""
    started = stack.start(photo(81), {**ASKED, **options}, Files(style_pictures=PICTURES))
    ended(stack, started)
    manifest = stack.store.manifest(started["id"])
    assert manifest.tile_counts == {"done": 3}
    assert {record.tile.model for record in manifest.tiles} == {MODEL}
    found = {record.key: stack.store.tile(record.tile) for record in manifest.tiles}
    return stack.store.collage(manifest.id), {key: one[0] for key, one in found.items() if one}


def test_a_collage_in_styles_of_pictures_is_the_same_bytes_when_it_is_made_again(
    stack: Stack,
) -> None:
    before, tiles = made(stack, metadata=False)
    for key in tiles:
        for ending in ("png", "json"):
            stack.client("s3").delete_object(
                Bucket=stack.store.collages, Key=f"tiles/{key}.{ending}"
            )

    after, again = made(stack, metadata=False, format="webp")

    assert len(tiles) == 3
    assert again == tiles
    assert decode(before).size == decode(after).size == (96, 32)
    assert len({decode(png).tobytes() for png in tiles.values()}) == 3
