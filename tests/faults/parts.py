"""Faults of a file that is put in parts: begun, sent, completed or given up, at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from moto.s3 import models as moto_s3

from collage.store import multipart
from tests.faults import injector
from tests.faults.kinds import BY_NAME, KILLS, Kind, is_transient, of
from tests.faults.trial import Scenario, Trial

PHASE = "AssembleCollage"
CREATE, PART, COMPLETE, ABORT = (
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
)
SMALL_PART = 100
"""Bytes of which a part is made here at least; 16 MB as it is shipped."""

# Of a request that begins an upload and whose answer is lost, nobody knows what to give up.
UNANSWERED = {"done, answer too slow", "done, answer lost", "answer cut"}


@contextmanager
def small() -> Iterator[None]:
    """Have small files put in parts, which S3 and moto take of 5 MB and more only."""
    with (
        mock.patch.object(multipart, "PART", SMALL_PART),
        mock.patch.object(moto_s3, "S3_UPLOAD_PART_MIN_SIZE", SMALL_PART),
    ):
        yield


def scenarios(trial: Trial) -> Iterator[Scenario]:
    """Each kind of fault at each request of the upload, once and for good, and at giving it up."""
    sent = trial.operations[PHASE].count(PART)
    for operation, most in ((CREATE, 1), (PART, sent), (COMPLETE, 1)):
        for kind in of("s3"):
            for number in range(1, most + 1):
                yield _scenario(operation, number, kind)
            if kind not in KILLS:
                yield _scenario(operation, 0, kind)
    for kind in of("s3"):
        given_up = {(PART, sent): BY_NAME["403 AccessDenied"], (ABORT, 1): kind}
        plan = injector.at_operations(given_up)
        yield Scenario(_said(ABORT, kind), PHASE, plan, in_parts=True)


def _scenario(operation: str, number: int, kind: Kind) -> Scenario:
    plan = injector.at_operations({(operation, number): kind})
    unknown = operation == CREATE and kind.name in UNANSWERED
    once = number > 0 and is_transient(kind)
    in_parts = unknown or kind in KILLS
    return Scenario(_said(operation, kind), PHASE, plan, steady=once, in_parts=in_parts)


def _said(operation: str, kind: Kind) -> str:
    return f"S3, in parts, {operation}: {kind.name}"
