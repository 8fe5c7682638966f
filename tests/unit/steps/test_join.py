"""Assembled collages, their files read back by other means than those that wrote them."""

import json
import shutil
import subprocess

import moto.s3.models as moto_s3
import numpy as np
import pytest

from collage.errors import InvalidRequest, StoreUnavailable
from collage.formats import jpeg, metadata
from collage.formats.xmp import read_properties
from collage.provenance import derived
from collage.request.relayout import parse_relayout
from collage.sheet import cells, strips
from collage.steps.assemble_again import assemble_again
from collage.steps.assemble_collage import assemble_collage
from collage.store import multipart
from collage.store.multipart import PART
from tests.unit import runs
from tests.unit.pictures import decode, encode, noise, pixels
from tests.unit.runs import assemble, prepare, render


def expected(stack, manifest, background=(255, 255, 255)):
    """The collage put together from the tiles, by the manifest's geometry and nothing else."""
    place = manifest.geometry
    width, height = place.visible
    picture = np.full((place.size[1], place.size[0], 3), background, np.uint8)
    for cell in manifest.cells:
        png, _ = stack.store.tile(manifest.tiles[cell.tile].tile)
        x = place.offset[0] + cell.col * place.step[0]
        y = place.offset[1] + cell.row * place.step[1]
        picture[y : y + height, x : x + width] = cells.shrink(png, place.cell)[:height, :width]
    return picture


def made(stack, **options):
    """A finished collage: its manifest and its picture."""
    manifest = stack.store.manifest(runs.made(stack, **options))
    return manifest, pixels(decode(stack.store.collage(manifest.id)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"gap": 3, "border": 5, "background": "navy"},
        {"gap": -7, "border": 2},
        {"size": "64x40", "cell": 20},
        {"size": 64, "cell": 64},
        {"size": 64, "cell": 90},
        {"tiles": 2},
        {"rows": 1, "cols": 1},
    ],
    ids=str,
)
def test_a_collage_is_its_tiles_at_their_places(stack, options):
    manifest, picture = made(stack, **options)

    background = (0, 0, 128) if "background" in options else (255, 255, 255)
    assert picture.shape[1::-1] == manifest.geometry.size
    assert (picture == expected(stack, manifest, background)).all()


def test_the_manifest_has_the_difference_hashes_of_the_tiles_that_are_shown(stack):
    manifest, _ = made(stack, rows=2, cols=2)
    place = manifest.geometry

    for record in manifest.tiles:
        png, _ = stack.store.tile(record.tile)
        assert record.dhash == cells.dhash(cells.shrink(png, place.cell))
    # The pictures were written before, and say the same whenever they are laid out.
    assemble_again(stack.store, manifest.id, parse_relayout({"rows": 4, "cols": 1}))
    pictures = [key for key in stack.listing("collages/") if key.endswith("collage.png")]
    assert len(pictures) == 2
    for key in pictures:
        assert b"dhash" not in metadata.read(stack.get(key)).record


@pytest.mark.parametrize(("file_format", "ending"), [("jpeg", "jpg"), ("webp", "webp")])
def test_a_collage_in_another_format_looks_the_same(stack, file_format, ending):
    manifest, picture = made(stack, format=file_format, gap=2)

    assert manifest.files.collage == f"collage.{ending}"
    assert abs(picture.astype(int) - expected(stack, manifest)).mean() < 8
    kind = stack.store.s3.head_object(
        Bucket=stack.store.collages, Key=f"collages/{manifest.id}/{manifest.files.collage}"
    )["ContentType"]
    assert kind == f"image/{file_format}"


def test_the_pyramid_and_the_preview_lie_beside_the_collage(stack):
    manifest, picture = made(stack, rows=4, cols=5, size=128, cell=128)

    form = manifest.files.pyramid
    preview = pixels(decode(stack.store.file(manifest.id, manifest.files.preview)))
    corner = pixels(decode(stack.store.file(manifest.id, f"{form.folder}/10/1_1.jpg")))
    assert picture.shape == preview.shape == (512, 640, 3)
    assert abs(preview.astype(int) - picture).mean() < 8
    assert abs(corner.astype(int) - picture[509:, 509:]).mean() < 8
    assert b'Width="640" Height="512"' in stack.store.file(manifest.id, form.dzi)


@pytest.mark.parametrize("exiftool", [False, True])
def test_the_preview_and_the_pyramid_say_how_they_came_to_be_and_whose_they_are(stack, exiftool):
    if exiftool and not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed")
    manifest, _ = made(stack)
    form = manifest.files.pyramid
    names = [name for name in stack.listing(f"collages/{manifest.id}/") if name.endswith(".jpg")]
    assert f"collages/{manifest.id}/{form.folder}/0/0_0.jpg" in names
    assert f"collages/{manifest.id}/preview.jpg" in names

    for name in names:
        file = stack.get(name)
        if exiftool:
            said = subprocess.run(
                ["exiftool", "-s3", "-DigitalSourceType", "-XMP-dc:Source", "-"],
                input=file, capture_output=True, check=True,
            ).stdout.decode().split()  # fmt: skip
        else:
            found = metadata.read(file)
            assert derived.collage_id(found) == manifest.id
            assert (found.parameters, found.record) == (None, None)
            said = list(read_properties(found.xmp.encode()).values())
        # What a painter made is no work of a trained model.
        assert said == [
            "http://cv.iptc.org/newscodes/digitalsourcetype/composite",
            f"collages/{manifest.id}/plan.json",
        ]
        assert len(file) - len(without_metadata(file)) < 700


def test_without_metadata_the_preview_and_the_pyramid_say_nothing(stack):
    manifest, _ = made(stack, metadata=False)

    for name in stack.listing(f"collages/{manifest.id}/"):
        if name.endswith(".jpg"):
            assert stack.get(name) == without_metadata(stack.get(name))


def without_metadata(file):
    """A JPEG without its segments of XMP and Exif."""
    kept, at = [file[:2]], 2
    for marker, start, end in jpeg.segments(file):
        if marker != 0xE1:
            kept.append(file[start:end])
        at = end
    return b"".join([*kept, file[at:]])


def test_cells_are_shrunk_in_the_fan_out_and_read_in_place_of_tiles(stack):
    made_id, calls = prepare(stack)
    render(stack, made_id, calls)
    tile = calls[0].tiles[0]
    small = cells.decode(stack.store.cell(tile.key, (32, 32)), (32, 32))
    assert (small == cells.shrink(stack.store.tile(tile)[0], (32, 32))).all()
    marked = pixels(noise((32, 32)))
    stack.store.put_cell(tile.key, (32, 32), cells.encode(marked))

    manifest = assemble(stack, made_id)

    picture = pixels(decode(stack.store.collage(made_id)))
    (cell,) = (c for c in manifest.cells if manifest.tiles[c.tile].key == tile.key)
    x, y, width, height = manifest.geometry.box(cell.row, cell.col)
    assert (picture[y : y + height, x : x + width] == marked).all()


@pytest.mark.parametrize("size", [{"cell": 64}, {"cell": 65}])
def test_a_tile_that_is_no_larger_than_its_cell_has_no_smaller_picture(stack, size):
    made_id, calls = prepare(stack, **size)
    render(stack, made_id, calls[:1])

    assert len(stack.listing("tiles/")) == 2


@pytest.mark.parametrize("damage", [None, b"", b"no picture", "half", "other"])
def test_a_cell_that_is_missing_or_damaged_is_shrunk_from_its_tile(stack, damage):
    made_id, calls = prepare(stack)
    render(stack, made_id, calls)
    for call in calls[::2]:
        key = call.tiles[0].key
        if damage is None:
            name = f"tiles/{key}.32x32.png"
            stack.store.s3.delete_object(Bucket=stack.store.collages, Key=name)
            continue
        file = stack.store.cell(key, (32, 32))
        half = file[: len(file) // 2]
        other = cells.encode(pixels(noise((31, 32))))
        named = {"half": half, "other": other}.get(damage, damage)
        stack.store.put_cell(key, (32, 32), named)

    manifest = assemble(stack, made_id)

    picture = pixels(decode(stack.store.collage(made_id)))
    assert (picture == expected(stack, manifest)).all()


def lose(stack, tile, half=False):
    """Lose a tile's pictures, or half of its own, its sidecar staying."""
    for name in (f"tiles/{tile.key}.png", f"tiles/{tile.key}.32x32.png"):
        body = stack.get(name)
        stack.store.s3.delete_object(Bucket=stack.store.collages, Key=name)
        if half and name.endswith(f"{tile.key}.png"):
            stack.store.s3.put_object(Bucket=stack.store.collages, Key=name, Body=body[:99])


@pytest.mark.parametrize("half", [False, True])
def test_a_tile_whose_picture_is_lost_counts_as_missing(stack, half):
    made_id, calls = prepare(stack)
    render(stack, made_id, calls)
    lose(stack, calls[3].tiles[0], half)

    manifest = assemble(stack, made_id)

    assert manifest.tile_counts == {"done": 5, "failed": 1}
    assert manifest.tiles[3].state == "failed"
    assert 3 not in manifest.layout.cells
    picture = pixels(decode(stack.store.collage(made_id)))
    assert (picture == expected(stack, manifest)).all()


def test_an_assembly_that_is_tried_again_writes_the_same(stack):
    made_id, calls = prepare(stack, format="jpeg")
    render(stack, made_id, calls)
    assemble(stack, made_id)
    first = {key: stack.get(key) for key in stack.listing() if "manifest" not in key}

    assemble(stack, made_id)

    again = {key: stack.get(key) for key in stack.listing() if "manifest" not in key}
    assert again.keys() == first.keys()
    differing = {key for key in first if first[key] != again[key]}
    # They say when the collage was made, which can be in another second.
    dated = {f"collages/{made_id}/{name}" for name in ("collage.jpg", "progress.json")}
    assert differing <= dated


def test_an_assembly_that_fails_leaves_no_manifest_and_no_half_of_a_file(stack, monkeypatch):
    # Parts as small as the collage; moto takes none below S3's five megabytes otherwise.
    monkeypatch.setattr(multipart, "PART", 20_000)
    monkeypatch.setattr(moto_s3, "S3_UPLOAD_PART_MIN_SIZE", 20_000)
    made_id, calls = prepare(stack, rows=3, cols=3, size=128, cell=128, masks=["top"])
    render(stack, made_id, calls)
    begun = []

    def broken(params, **_):
        if begun and "/collage_files/" in params["Key"]:
            raise StoreUnavailable("S3 is away.")

    events = stack.store.s3.meta.events
    events.register("provide-client-params.s3.CreateMultipartUpload", lambda **_: begun.append(1))
    events.register("provide-client-params.s3.PutObject", broken)
    with pytest.raises(StoreUnavailable):
        assemble_collage(stack.store, stack.services, made_id)
    events.unregister("provide-client-params.s3.PutObject", broken)

    left = stack.listing(f"collages/{made_id}/")
    assert not {f"collages/{made_id}/{name}" for name in ("collage.png", "manifest.json")} & left
    uploads = stack.store.s3.list_multipart_uploads(Bucket=stack.store.collages)
    assert not uploads.get("Uploads")
    assert assemble(stack, made_id).missing == 0


def test_a_large_file_is_put_in_parts(stack):
    data = noise((1500, 1500)).tobytes() * 6

    with stack.store.writing("some-id", "", "collage.png") as file:
        for start in range(0, len(data), 999_999):
            file.write(data[start : start + 999_999])

    assert len(data) > 2 * PART
    assert stack.store.file("some-id", "collage.png") == data
    found = stack.store.s3.head_object(
        Bucket=stack.store.collages, Key="collages/some-id/collage.png"
    )
    assert found["ContentType"] == "image/png"
    assert found["ETag"].strip('"').endswith("-3")


def test_a_collage_far_larger_than_what_is_held_is_whole(stack, monkeypatch):
    monkeypatch.setattr(strips, "MOST_KEPT", 0)
    manifest, picture = made(stack, rows=8, cols=5, tiles=7, cell=48, labels=True, title="Many")

    blank = expected(stack, manifest)
    for cell in manifest.cells:
        x, y, width, height = manifest.geometry.box(cell.row, cell.col)
        shown = picture[y : y + height, x : x + width]
        assert (shown == blank[y : y + height, x : x + width]).all()


def test_a_collage_says_how_many_pixels_make_an_inch_where_it_is_asked_to(stack):
    silent, _ = made(stack)
    manifest, _ = made(stack, dpi=254)

    assert (manifest.layout.dpi, manifest.id != silent.id) == (254, True)
    assert decode(stack.store.collage(manifest.id)).info["dpi"] == pytest.approx((254, 254))
    assert "dpi" not in decode(stack.store.collage(silent.id)).info
    folder, _ = again(stack, silent.id, dpi=100, format="jpeg")
    assert decode(stack.store.collage(silent.id, folder)).info["dpi"] == (100, 100)


# Other layouts.


def again(stack, made_id, **changes):
    result = assemble_again(stack.store, made_id, parse_relayout(changes))
    folder = result.manifest.removeprefix(f"collages/{made_id}/").removesuffix("/manifest.json")
    return folder, stack.store.manifest(made_id, folder)


def test_another_layout_has_its_own_files_beside_the_first(stack):
    manifest, _ = made(stack)
    before = {key: stack.get(key) for key in stack.listing()}

    folder, other = again(
        stack, manifest.id, rows=3, cols=2, cell=40, gap=1, border=4, background="black",
        title="Again", format="webp", sort="style",
    )  # fmt: skip

    assert {key: stack.get(key) for key in before} == before
    assert (other.title, other.files.collage) == ("Again", "collage.webp")
    assert stack.get(f"collages/{manifest.id}/{folder}/{other.files.source}".replace(
        f"{folder}/../../", "")) == stack.store.source(manifest.id)  # fmt: skip
    picture = pixels(decode(stack.store.collage(manifest.id, folder)))
    assert picture.shape[1::-1] == other.geometry.size
    assert f"collages/{manifest.id}/{folder}/collage.dzi" in stack.listing()
    said = json.loads(stack.store.file(manifest.id, "manifest.json", folder))
    assert said["geometry"]["offset"] == [4, other.geometry.offset[1]]
    assert said["files"]["masks"]["top"] == "../../masks/top.png"


def test_tiles_are_sorted_by_hue_without_holding_them(stack):
    manifest, _ = made(stack, rows=4, cols=4)

    folder, _ = again(stack, manifest.id, sort="hue", rows=1, cols=16)

    picture = pixels(decode(stack.store.collage(manifest.id, folder)))
    hues = [cells.hue(np.ascontiguousarray(picture[:, x : x + 32])) for x in range(0, 512, 32)]
    assert hues == sorted(hues)


def test_other_layouts_of_the_same_tiles_lie_apart(stack):
    manifest, _ = made(stack)

    folders = {
        again(stack, manifest.id, **changes)[0]
        for changes in (
            {}, {"seed": 5}, {"sort": "mask"}, {"format": "webp"}, {"title": "a"}, {"gap": 1},
        )
    }  # fmt: skip

    assert len(folders) == 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "webp", "cell": 2048, "cols": 9}, "webp picture has sides of at most 16,383"),
        ({"labels": True, "gap": -20}, "labels: of a cell 12 pixels are seen"),
    ],
)
def test_a_layout_that_cannot_be_made_is_refused_with_the_reason(stack, changes, said):
    manifest, _ = made(stack)
    before = stack.listing()

    with pytest.raises(InvalidRequest, match=said):
        again(stack, manifest.id, **changes)
    assert stack.listing() == before


def test_what_labels_make_too_large_is_refused_before_anything_is_made(stack):
    with pytest.raises(InvalidRequest, match="webp picture has sides of at most 16,383"):
        prepare(stack, format="webp", rows=127, cols=1, cell=129, size=64, labels=True)
    assert not stack.listing("tiles/")


def test_a_source_that_is_a_picture_of_any_format_makes_a_jpeg(stack):
    data = encode(noise((70, 50)), "JPEG")
    made_id, calls = prepare(stack, data=data, key="uploads/a.jpg", format="jpg")
    render(stack, made_id, calls)

    assert assemble(stack, made_id).files.collage == "collage.jpg"
