"""What functions and tasks have logged of a collage: on a laptop, and of a deployed stack."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import time
from typing import Any

from combinatoric_collage.cli.stacks.stack import Stack

FILE = "log.jsonl"
OLDER = f"{FILE}.1"
MOST_BYTES = 16_000_000
"""After which the laptop's file is put aside and begun anew; the one put aside before it goes."""

COMMON = {
    "cold_start",
    "collage_id",
    "function_arn",
    "function_memory_size",
    "function_name",
    "function_request_id",
    "level",
    "location",
    "message",
    "service",
    "timestamp",
    "xray_trace_id",
}
"""What Powertools gives a line besides what it says."""

REQUEST = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""The id of an invocation, which every line of it bears."""

PLATFORM = ("Task timed out", "Runtime.", "Runtime exited", "Status: timeout", "Status: error")
"""What Lambda says, in lines of its own, of an invocation that it ended: it knows no collage."""


@dataclass(frozen=True)
class Line:
    """A line of a log."""

    at: int
    """When it was written, in milliseconds since 1970."""
    source: str
    """The function, task or log group that it is of."""
    text: str

    @property
    def parts(self) -> dict[str, Any]:
        """What a structured line holds; of another, the text as its message."""
        with suppress(ValueError):
            found = json.loads(self.text)
            if isinstance(found, dict):
                return found
        return {"message": self.text}

    @property
    def time(self) -> str:
        """When it was written, in UTC."""
        return datetime.fromtimestamp(self.at / 1000, UTC).isoformat(timespec="milliseconds")

    def __str__(self) -> str:
        known = self.parts
        words = [self.time.replace("+00:00", "Z"), str(known.get("service", self.source))]
        if known.get("level", "INFO") != "INFO":
            words.append(str(known["level"]))
        words.append(str(known.get("message", "")))
        words += [f"{name}={_short(v)}" for name, v in known.items() if name not in COMMON]
        return " ".join(word for word in words if word)


class Kept:
    """The lines of a laptop cloud, kept in its state directory for `of_laptop`."""

    def __init__(self, state: Path) -> None:
        self._file = _File(
            state / FILE, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", delay=True
        )

    def __call__(self, line: str) -> None:
        """Keep a line as the cloud gives it: who printed it, and what."""
        source, _, text = line.partition(": ")
        record = {"at": int(time() * 1000), "source": source, "text": text}
        self._file.handle(logging.makeLogRecord({"msg": json.dumps(record)}))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _File(RotatingFileHandler):
    """A log that cannot be written ends nothing and says nothing: the run matters more."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Go on."""


def of_laptop(state: Path, collage: str) -> Iterator[Line]:
    """The lines about a collage that a laptop cloud has kept, in their order."""
    return about(collage, _kept(state))


def _kept(state: Path) -> Iterator[Line]:
    for name in (OLDER, FILE):
        with suppress(FileNotFoundError), (state / name).open(encoding="utf-8") as file:
            for kept in file:
                # Half a line, of a process that was killed, is none.
                with suppress(ValueError, TypeError, KeyError):
                    record = json.loads(kept)
                    yield Line(int(record["at"]), str(record["source"]), str(record["text"]))


def about(collage: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Of lines in their order those about a collage, and what ended an invocation for it."""
    requests = set[str]()
    for line in lines:
        if collage in line.text:
            requests.update(REQUEST.findall(line.text))
            yield line
        elif any(sign in line.text for sign in PLATFORM) and requests.intersection(
            REQUEST.findall(line.text)
        ):
            yield line


def of_stack(stack: Stack, collage: str, since: datetime) -> list[Line]:
    """The lines about a collage in the log groups of a deployed stack, in their order.

    Raises:
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: when they cannot be had.
    """
    find = stack.client("logs").get_paginator("filter_log_events").paginate
    began = int(since.timestamp() * 1000)
    # A quoted term matches wherever it stands, in the middle of an ARN too; of several that are
    # marked so, any does.
    wanted = " ".join(f'?"{term}"' for term in (collage, *PLATFORM))
    found = [
        Line(event["timestamp"], group, event["message"].rstrip())
        for group in _groups(stack)
        for page in find(logGroupName=group, filterPattern=wanted, startTime=began)
        for event in page["events"]
    ]
    # Lambda tells of an end after the function's last line, where both are of one millisecond too.
    return list(about(collage, sorted(found, key=lambda line: line.at)))


def _groups(stack: Stack) -> list[str]:
    pages = stack.client("cloudformation").get_paginator("list_stack_resources")
    return [
        resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=stack.name)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Logs::LogGroup"
    ]


def both(first: Callable[[str], None], second: Callable[[str], None]) -> Callable[[str], None]:
    """Tell two of every line."""

    def tell(line: str) -> None:
        first(line)
        second(line)

    return tell


def _short(value: Any) -> str:
    """A value in a line for people: text as it is, keys of tiles by their first digits."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ",".join(one[:12] for one in value)
    return value if isinstance(value, str) else json.dumps(value)
