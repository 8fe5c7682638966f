import io
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.response import StreamingBody
from botocore.stub import Stubber

import collage
from collage.digest import sha256
from collage.errors import NotInStore, SourceTooLarge, StoreUnavailable
from collage.manifest import Failure
from collage.plan import Styles
from collage.prepared import Prepared
from collage.store.store import Store, connect
from collage.tile import Sidecar
from tests.unit.pictures import encode, noise
from tests.unit.plans import accepted, planned

ID = "0123456789abcdef0123"
LIMIT = 1_000_000
PNG = encode(noise((8, 8)))


def sidecar(tile, png=PNG):
    return Sidecar(
        key=tile.key,
        sha256=sha256(png),
        tile=tile,
        collage=ID,
        seconds=0.5,
        created="2026-01-01T00:00:00+00:00",
        version="0",
    )


@pytest.fixture
def lone_store(aws):
    """A store that tries once and never sleeps."""
    return Store(boto3.client("s3", config=Config(retries={"total_max_attempts": 1})), "up", "co")


def test_what_was_written_is_read_again(stack):
    store, asked, made = stack.store, accepted(rows=2, cols=3), planned(rows=2, cols=3)
    listed = Styles(styles=("Cubism", "浮世絵"), origin="request")
    prepared = Prepared(source="s", masks={"top": "t"})

    store.put_accepted(asked)
    store.put_styles(ID, listed)
    store.put_prepared(ID, prepared)
    store.put_prepared_source(ID, PNG)
    store.put_mask(ID, "top", PNG)
    store.put_plan(made)

    assert store.accepted(asked.id) == asked
    assert store.styles(ID) == listed
    assert store.prepared(ID) == prepared
    assert store.source(ID) == store.mask(ID, "top") == PNG
    assert store.plan(made.id) == made


def test_a_source_is_put_under_its_content_where_no_upload_event_looks(stack):
    key = stack.store.put_source(PNG)

    assert key == f"sources/{sha256(PNG)}"
    assert stack.store.upload(key, LIMIT) == PNG


def test_an_upload_of_more_bytes_than_allowed_is_not_read(stack):
    key = stack.put("uploads/a.png", PNG)

    assert stack.store.upload(key, len(PNG)) == PNG
    with pytest.raises(SourceTooLarge, match=r"^[^.]* bytes; at most [^.]* are allowed\.$"):
        stack.store.upload(key, len(PNG) - 1)


def test_a_tile_is_its_picture_and_then_its_sidecar(stack, written):
    tile = planned(rows=1, cols=1).tiles[0]

    stack.store.put_tile(PNG, sidecar(tile))

    assert written == [f"tiles/{tile.key}.png", f"tiles/{tile.key}.json"]
    assert stack.store.tile(tile) == (PNG, sidecar(tile))


def test_a_tile_without_sidecar_or_picture_or_with_half_a_picture_is_not_there(stack):
    tile, store = planned(rows=1, cols=1).tiles[0], stack.store
    assert store.tile(tile) is None

    store.put_tile(PNG, sidecar(tile))
    store.s3.delete_object(Bucket=store.collages, Key=f"tiles/{tile.key}.json")
    assert store.tile(tile) is None

    store.put_tile(PNG[:50], sidecar(tile))
    assert store.tile(tile) is None

    store.s3.delete_object(Bucket=store.collages, Key=f"tiles/{tile.key}.png")
    assert store.tile(tile) is None


def test_failures_of_calls_lie_beside_that_of_the_run(stack):
    run = Failure(id=ID, error="TooFewTiles", message="Too few.", created="now")
    calls = {n: run.model_copy(update={"call": n}) for n in (0, 7, 123456)}

    for failure in (run, *calls.values()):
        stack.store.put_failure(failure)

    assert stack.store.failure(ID) == run
    assert stack.store.failures(ID) == calls
    assert stack.store.failures("another") == {}


def test_more_failures_than_fit_on_a_page_are_all_found(stack):
    pages = []

    def short(params, **_):
        pages.append(params.get("ContinuationToken"))
        params["MaxKeys"] = 10

    stack.store.s3.meta.events.register("provide-client-params.s3.ListObjectsV2", short)
    for call in range(25):
        stack.store.put_failure(Failure(id=ID, error="E", message="M", created="now", call=call))

    assert stack.store.failures(ID).keys() == set(range(25))
    assert len(pages) == 3


@pytest.mark.parametrize(
    "read",
    [
        lambda s: s.upload("uploads/none.png", LIMIT),
        lambda s: s.accepted(ID),
        lambda s: s.styles(ID),
        lambda s: s.prepared(ID),
        lambda s: s.source(ID),
        lambda s: s.mask(ID, "top"),
        lambda s: s.plan(ID),
        lambda s: s.failure(ID),
        lambda s: s.manifest(ID),
        lambda s: s.collage(ID),
    ],
)
def test_what_is_missing_is_named_with_its_bucket(stack, read):
    with pytest.raises(NotInStore, match=r"^There is no .* in the bucket .*-bucket\.$"):
        read(stack.store)


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket", "404"])
def test_s3s_words_for_missing_become_not_in_store(lone_store, code):
    with Stubber(lone_store.s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=404)

        with pytest.raises(NotInStore):
            lone_store.upload("uploads/a.png", LIMIT)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SlowDown", 503),
        ("InternalError", 500),
        ("RequestTimeout", 400),
        ("OperationAborted", 409),
        # Of a server in between, which has no code of S3's.
        *((str(status), status) for status in (500, 502, 503, 504)),
    ],
)
def test_s3s_words_for_busy_become_store_unavailable(lone_store, code, status):
    with Stubber(lone_store.s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=status)
        stub.add_client_error("put_object", code, http_status_code=status)
        stub.add_client_error("list_objects_v2", code, http_status_code=status)

        for use in (
            lambda: lone_store.upload("uploads/a.png", LIMIT),
            lambda: lone_store.put_source(PNG),
            lambda: lone_store.failures(ID),
        ):
            with pytest.raises(StoreUnavailable, match=code):
                use()


def test_a_fault_of_the_set_up_stays_as_it_is(lone_store):
    with Stubber(lone_store.s3) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)

        with pytest.raises(ClientError, match="AccessDenied"):
            lone_store.upload("uploads/a.png", LIMIT)


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://s3"),
        ConnectionClosedError(endpoint_url="https://s3"),
        EndpointConnectionError(endpoint_url="https://s3"),
        ConnectTimeoutError(endpoint_url="https://s3"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_s3_that_cannot_be_reached_is_unavailable(lone_store, error):
    def unplugged(**_):
        raise error

    lone_store.s3.meta.events.register_first("before-send.s3", unplugged)

    with pytest.raises(StoreUnavailable):
        lone_store.upload("uploads/a.png", LIMIT)


def test_an_answer_that_breaks_off_is_unavailable(lone_store):
    with Stubber(lone_store.s3) as stub:
        stub.add_response(
            "get_object", {"ContentLength": 10, "Body": StreamingBody(io.BytesIO(b"abc"), 10)}
        )

        with pytest.raises(StoreUnavailable):
            lone_store.upload("uploads/a.png", LIMIT)


def test_a_store_is_made_once_for_the_same_settings(stack):
    connect.cache_clear()

    one, other = connect(stack.services.settings), connect(stack.services.settings.model_copy())

    assert one is other
    assert (one.uploads, one.collages) == (stack.store.uploads, stack.store.collages)
    connect.cache_clear()


REGIONS = {
    "us-east-1": "s3.us-east-1.amazonaws.com",
    "eu-central-1": "s3.eu-central-1.amazonaws.com",
    "ap-southeast-2": "s3.ap-southeast-2.amazonaws.com",
    "cn-north-1": "s3.cn-north-1.amazonaws.com.cn",
}


@pytest.fixture
def connected(stack):
    """Makes the store that a function has, in the region that its environment names."""
    connect.cache_clear()
    yield lambda: connect(stack.services.settings)
    connect.cache_clear()


def test_a_put_is_one_request_and_says_whose_it_is(connected):
    sent, store = [], connected()
    store.s3.meta.events.register("before-send.s3", lambda request, **_: sent.append(request))

    store.put_cell("0" * 64, (8, 8), PNG)

    (request,) = sent
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert "expect" not in headers
    assert headers["user-agent"].decode().startswith(f"{collage.USER_AGENT} ")


@pytest.mark.parametrize(("region", "host"), REGIONS.items())
def test_links_and_forms_lead_to_the_bucket_at_the_regions_own_host(
    connected, monkeypatch, region, host
):
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    store = connected()

    form = store.source_form("image/png", LIMIT)
    hosts = [urlsplit(url).hostname for url in (form.url, store.upload_link("sources/a"))]

    assert hosts == [f"{store.uploads}.{host}"] * 2
    assert urlsplit(store.link("tiles/a.png")).hostname == f"{store.collages}.{host}"
    assert form.fields["x-amz-credential"].split("/")[2] == region


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
@pytest.mark.parametrize("host", ["127.0.0.1:5001", "localhost:5001", "s3.example:9000"])
def test_of_a_server_in_place_of_aws_links_and_forms_have_the_bucket_in_their_path(
    connected, monkeypatch, variable, host
):
    monkeypatch.setenv(variable, f"http://{host}")
    store = connected()

    assert store.source_form("image/png", LIMIT).url == f"http://{host}/{store.uploads}"
    link = urlsplit(store.link("tiles/a.png"))
    assert (link.netloc, link.path) == (host, f"/{store.collages}/tiles/a.png")


def test_nothing_is_there_under_a_key_that_is_too_long(lone_store):
    with Stubber(lone_store.s3) as stub:
        stub.add_client_error("get_object", "KeyTooLongError", http_status_code=400)

        with pytest.raises(NotInStore):
            lone_store.upload("uploads/" + "x" * 1020, LIMIT)
