"""What of a laptop cloud begins before the command is imported, where one will be started.

Its functions' processes are forked off others that have imported what they begin with. Those take
as long for that as the command itself, and need to know of it no more than the template.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from combinatoric_collage.local import CloudError
from combinatoric_collage.local.cache import cache_folder
from combinatoric_collage.local.runtime import Preload, Runtime
from combinatoric_collage.pack import ROOT

TEMPLATE = ROOT / "template.yaml"
NAME = "collage"
RUNNING = "running.json"
"""In a state directory, while a cloud uses it."""

FOR_ALL = (
    "boto3/s3",
    "collage.provisioned",
    "collage.services",
    "collage.words.prompt_unfolding",
    "collage.steps.start_collage",
    "collage.steps.list_styles",
    "collage.steps.make_masks",
    "collage.steps.plan_tiles",
    "collage.steps.render_tile",
    "collage.steps.assemble_collage",
    "collage.steps.record_failure",
    "collage.frozen:build",
)
"""What most of the pack's functions begin with, or import at their first event.

Powertools is not among it: it looks at how its process is initialized once it is imported.
"""

BY_LAYER = {
    "ImagingLayer": (
        "PIL.Image:preinit",
        "PIL.ImageDraw",
        "PIL.ImageFont",
        "collage.formats.pyramid",
        "collage.provenance.describe",
        "collage.sheet.measures",
        "collage.frozen:build",
    ),
    "PaintingLayer": (
        "collage.engines.painter.engine",
        "collage.painting.colour:prepare",
        "numpy.ma",
    ),
}
"""The same of those that handle pictures, and that paint. What is compiled of it are numpy, Pillow
and OpenCV, and not libvips, whose threads no process may be forked off."""

BY_VARIABLE = {
    # RenderTile's, where it has a key: the SDK's types are half a second of each process.
    ("PaintingLayer", "OPENAI_SECRET"): (
        "openai.resources.images",
        "collage.engines.openai.key:trusted",
        "PIL.Image:preinit",
        "boto3/dynamodb",
        "boto3/secretsmanager",
    ),
}
"""The same of those that ask a provider, which a run without one has no use for."""

PRELOAD = Preload(FOR_ALL, BY_LAYER, BY_VARIABLE)

MAKING = ("run", "resume", "remake", "again")
"""The commands that start a cloud of their own where none runs."""
ELSEWHERE = ("--stack", "--help", "-h")
"""Options of theirs with which they do not."""

_begun: list[Runtime] = []


def default_state() -> Path:
    """Where the command keeps its state: in the user's cache."""
    return cache_folder() / "state"


@contextmanager
def begun(arguments: Sequence[str]) -> Iterator[None]:
    """Have the runtime begin for the command line's arguments, if they ask for a cloud.

    At the end of the context it ends, used or not.
    """
    runtime = Runtime.ahead(TEMPLATE, NAME, PRELOAD) if _asks(arguments) else None
    if runtime is None:
        yield
        return
    _begun.append(runtime)
    try:
        # The cloud tries again, and says why it cannot.
        with suppress(CloudError, OSError):
            runtime.begin()
        yield
    finally:
        _begun.clear()
        runtime.stop()


def taken() -> Runtime | None:
    """The runtime that has begun, for the first who asks, if one has."""
    return _begun.pop() if _begun else None


def _asks(arguments: Sequence[str]) -> bool:
    """Whether a cloud will be started, as far as can be seen before they are parsed."""
    command, *options = arguments or [""]
    given = {option.partition("=")[0] for option in options}
    if command not in MAKING or given.intersection(ELSEWHERE):
        return False
    try:
        runs = (_state(options) / RUNNING).exists()
    except OSError:
        # The command says what is wrong with the folder.
        return False
    return not runs and not os.environ.get("COLLAGE_STACK")


def _state(options: Sequence[str]) -> Path:
    for option, value in zip(options, [*options[1:], ""], strict=True):
        name, equals, joined = option.partition("=")
        if name == "--state":
            return Path(joined if equals else value)
    return default_state()
