import pytest
from botocore.exceptions import ClientError

from collage.errors import NotInStore, SourceTooLarge
from collage.store.store import Store
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.local import ParameterError, StateError
from combinatoric_collage.local.kept import KeptObjects
from combinatoric_collage.local.state import State

BUCKET = "CollagesBucket"
KEYS = ["tiles/a.json", "tiles/a.png", "tiles/b.png", "uploads/é/x y.png"]


@pytest.fixture
def state(tmp_path):
    """A state directory that some objects were left in."""
    with State(tmp_path / "state") as state:
        folder = state.folder(BUCKET)
        for key in KEYS:
            folder.put(key, {"metadata": {"of": key}}, key.encode())
    return tmp_path / "state"


def test_what_a_cloud_has_left_is_read_by_its_key(state):
    objects = KeptObjects(state)

    assert objects.get_object(Bucket=BUCKET, Key=KEYS[3])["Body"].read() == KEYS[3].encode()
    assert objects.head_object(Bucket=BUCKET, Key=KEYS[0])["Metadata"] == {"of": KEYS[0]}
    for bucket, key in ((BUCKET, "tiles/c.png"), ("UploadsBucket", KEYS[0])):
        with pytest.raises(ClientError, match="NoSuchKey"):
            objects.head_object(Bucket=bucket, Key=key)


def test_the_store_finds_its_tiles_there(state):
    store = Store(KeptObjects(state), "UploadsBucket", BUCKET)

    assert store.tiles_after("a") == (["a", "b"], False)
    assert store.tiles_after("b") == (["b"], False)
    assert (store.has_tile("a"), store.has_tile("b")) == (True, False)


def test_an_upload_is_read_unless_it_is_too_large(state):
    store = Store(KeptObjects(state), BUCKET, "CollagesBucket")

    assert store.upload(KEYS[3], 100) == KEYS[3].encode()
    with pytest.raises(SourceTooLarge, match=f"{len(KEYS[3].encode())} bytes"):
        store.upload(KEYS[3], 5)


def test_a_directory_in_use_is_read_and_nothing_is_made_where_there_is_none(state, tmp_path):
    with State(state):
        assert KeptObjects(state).head_object(Bucket=BUCKET, Key=KEYS[1])

    empty = Store(KeptObjects(tmp_path / "none"), "UploadsBucket", BUCKET)
    assert empty.tiles_after("a") == ([], False)
    assert not (tmp_path / "none").exists()


def test_half_a_record_is_none_and_another_kind_of_one_is_said(state):
    file = next(path for path in (state / BUCKET).glob("*.json") if "a.json" in path.read_text())
    file.write_text('{"key": "tiles/a.js')
    assert not Store(KeptObjects(state), "UploadsBucket", BUCKET).has_tile("a")

    file.write_text('{"key": 1}')
    with pytest.raises(StateError, match="no record of this version"):
        Store(KeptObjects(state), "UploadsBucket", BUCKET).has_tile("a")


def test_an_object_without_its_body_is_none_and_one_that_cannot_be_read_is_said(state):
    store = Store(KeptObjects(state), "UploadsBucket", BUCKET)
    body = next(path for path in (state / BUCKET).iterdir() if path.read_text() == "tiles/b.png")

    body.unlink()
    with pytest.raises(NotInStore, match=r"tiles/b\.png"):
        store.tile_file("b.png")

    body.mkdir()
    with pytest.raises(StateError, match="cannot be read: Is a directory"):
        store.tile_file("b.png")


def test_a_stack_at_rest_has_the_parameters_that_it_would_start_with(state):
    stack = laptop.at_rest({"MaxConcurrency": "3"}, None, state)

    assert (stack.parameters["MaxConcurrency"], stack.parameters["MinSharePercent"]) == ("3", "90")
    assert stack.store.tiles_after("a") == (["a", "b"], False)
    with pytest.raises(ParameterError, match="Nope is no parameter"):
        laptop.at_rest({"Nope": "1"}, None, state)
