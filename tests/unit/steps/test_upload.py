import json

import pytest

from collage.errors import InvalidRequest, NotAPicture, NotInStore
from collage.request.parse import parse
from collage.steps import upload
from collage.steps.start_collage import refuse

PICTURE = "uploads/my photo.jpg"


def put(stack, key=PICTURE, data=b"a picture", **metadata):
    said = {name.replace("_", "-"): text for name, text in metadata.items()}
    stack.store.s3.put_object(Bucket=stack.store.uploads, Key=key, Body=data, Metadata=said)


def sidecar(stack, options):
    data = options if isinstance(options, bytes) else json.dumps(options).encode()
    put(stack, f"{PICTURE}.json", data)


def test_a_picture_alone_asks_for_the_defaults(stack):
    put(stack)

    assert upload.read(stack.store, PICTURE) == upload.Upload(PICTURE, {})


def test_metadata_sets_options_of_every_kind(stack):
    put(
        stack,
        collage_rows="12",
        collage_styles="Cubism, Op Art",
        collage_masks="halves,centre",
        collage_prompt_template="as {styles}",
        collage_labels="true",
        collage_size="768x512",
        collage_max_usd="1.5",
        camera="Leica",
    )

    asked = parse(upload.read(stack.store, PICTURE).options)

    assert (asked.rows, asked.labels, asked.size, asked.max_usd) == (12, True, (768, 512), 1.5)
    assert asked.styles == ("Cubism", "Op Art")
    assert asked.masks[-1] == "centre"
    assert asked.prompt_template == "as {styles}"


def test_a_sidecar_sets_options_and_outdoes_the_metadata(stack):
    put(stack, collage_rows="12", collage_cols="3")
    sidecar(stack, {"rows": 4, "styles": ["Cubism"]})

    found = upload.read(stack.store, PICTURE)

    assert found.options == {"rows": 4, "cols": "3", "styles": ["Cubism"]}
    assert upload.read(stack.store, f"{PICTURE}.json") == found


def test_a_sidecar_waits_for_its_picture(stack):
    sidecar(stack, {"rows": 4})

    assert upload.read(stack.store, f"{PICTURE}.json") is None


def test_a_picture_that_says_so_waits_for_its_sidecar(stack):
    put(stack, collage_options="sidecar")
    assert upload.read(stack.store, PICTURE) is None

    sidecar(stack, {"rows": 4})

    for key in (PICTURE, f"{PICTURE}.json"):
        assert upload.read(stack.store, key) == upload.Upload(PICTURE, {"rows": 4})


def test_a_recorded_refusal_asks_for_nothing(stack):
    put(stack, f"{PICTURE}.failure.json", b"{}")

    assert upload.read(stack.store, f"{PICTURE}.failure.json") is None


def test_a_picture_that_is_gone_is_an_error(stack):
    with pytest.raises(NotInStore):
        upload.read(stack.store, PICTURE)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (b"{", "cannot be read as JSON"),
        (b"\xff", "cannot be read as JSON"),
        (b"[" * 60_000, "cannot be read as JSON"),
        (b"[]", "JSON object"),
        (b" " * 65_537, "at most 65,536 bytes"),
    ],
)
def test_a_sidecar_that_is_no_object_is_refused(stack, options, said):
    put(stack)
    sidecar(stack, options)

    with pytest.raises(InvalidRequest, match=said):
        upload.read(stack.store, PICTURE)


def test_a_picture_can_wait_for_nothing_else(stack):
    put(stack, collage_options="later")

    with pytest.raises(InvalidRequest, match="there is: sidecar"):
        upload.read(stack.store, PICTURE)


def test_a_folder_of_the_console_asks_for_nothing(stack):
    put(stack, "uploads/holiday/", b"")
    put(stack, "uploads/odd/", b"a picture")

    assert upload.read(stack.store, "uploads/holiday/") is None
    assert upload.read(stack.store, "uploads/odd/") == upload.Upload("uploads/odd/", {})


def test_a_random_seed_of_an_upload_is_drawn_once(stack):
    put(stack, collage_seed="-1")

    first, again = (upload.read(stack.store, PICTURE).options["seed"] for _ in range(2))
    sidecar(stack, {"seed": -1})
    beside = upload.read(stack.store, f"{PICTURE}.json").options["seed"]

    assert first == again == beside
    assert 0 <= first < 2**32


def test_a_key_that_leaves_no_room_is_refused_without_a_file_beside_it(stack):
    key = "uploads/" + "x" * 1012
    put(stack, key, b"no picture")

    failure = refuse(stack.store, key, NotAPicture("The source is no picture."))

    assert stack.store.failure(failure.id).source == key
    listed = stack.store.s3.list_objects_v2(Bucket=stack.store.uploads)["Contents"]
    assert [item["Key"] for item in listed] == [key]


@pytest.mark.parametrize("key", ["", "private/x", "uploads/../private/x"])
def test_a_mask_beside_an_upload_is_one_of_the_uploads(stack, key):
    put(stack)
    sidecar(stack, {"recipe": "erase", "mask_source": key})

    with pytest.raises(InvalidRequest, match="mask_source"):
        parse(upload.read(stack.store, PICTURE).options)
