"""What was deleted comes back while the buckets keep versions, and only that."""

from datetime import UTC, datetime

import pytest

from collage.errors import NotInStore
from collage.sharing.share import ShareAsked, shared
from collage.steps.delete_collage import delete_collage
from combinatoric_collage.cli.stacks.removal import undelete
from tests.unit.runs import prepare, render
from tests.unit.studio.asking import reached


@pytest.fixture
def made(stack):
    collage, calls = prepare(stack, rows=1, cols=2)
    render(stack, collage, calls)
    stack.runs.stop(collage, "The end.")
    return collage


def version(stack):
    for bucket in (stack.store.uploads, stack.store.collages):
        stack.store.s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )


def test_a_collage_comes_back_with_its_tiles_and_uploads_and_without_its_shares(stack):
    version(stack)
    collage, calls = prepare(stack, rows=1, cols=2)
    render(stack, collage, calls)
    stack.runs.stop(collage, "The end.")
    before = stack.listing()
    share = shared(collage, ShareAsked(), "anna", datetime.now(UTC), most=30)
    stack.store.put_share(share)
    delete_collage(stack.store, stack.runs, collage, 600)
    assert stack.listing() == set()

    count = undelete(reached(stack, ""), collage)

    assert stack.listing() == before
    assert count == len(before) + 1
    assert stack.store.upload("uploads/a.png", 10**6)
    with pytest.raises(NotInStore, match="it was not deleted"):
        undelete(reached(stack, ""), collage)


def test_without_versions_nothing_comes_back(stack, made):
    delete_collage(stack.store, stack.runs, made, 600)

    with pytest.raises(NotInStore, match="keep no versions"):
        undelete(reached(stack, ""), made)
