"""A stack as its client sees it: put a source in, start a collage, follow it, fetch it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

from collage import engines, errors
from collage.choices import person
from collage.errors import CollageError, NotInStore, UnreadableRecord
from collage.manifest import Failure, Manifest
from collage.owners.owner import Owner
from collage.owners.who import of_arn
from collage.progress import Progress
from collage.request.accepted import Accepted
from collage.request.again import AskedAgain
from collage.request.named_files import Files
from collage.request.relayout import Relayout
from collage.request.request import Request
from collage.services import Services
from collage.settings import Settings
from collage.steps.accept import let_in
from collage.steps.again import Again, again
from collage.steps.estimate import Estimated, estimate
from collage.steps.request_files import files_of
from collage.steps.start_collage import Started
from collage.store.store import Store
from collage.watch.look import cancel, look, newest
from collage.watch.runs import Runs
from combinatoric_collage.cli.stacks.fetch import fetch
from combinatoric_collage.cli.stacks.http_api import HttpApi, Identity
from combinatoric_collage.cli.stacks.stack_settings import settings_of

POLL_SECONDS = 0.25
REST = 9
"""The rest after a look once a tile has ended, in times of what it took: a laptop has no time for
both it and the run."""
UNHURRIED = 4
"""Rests after a look, at most, while tiles are made; no longer than this part of what is left."""
VISIBLE_LOOKS, VISIBLE_SECONDS = 20, 0.25
"""How often, and how far apart, a run that was just started is looked for."""

WITHOUT_COLLAGE = ("failed", "cancelled")
"""States of runs that ended and left no collage."""

NEEDED = ("UploadsBucket", "CollagesBucket", "StateMachine", "StartFunction", "AssembleFunction")
"""Outputs without which a stack is none of this pack."""


class RunFailed(CollageError):
    """The workflow ended without a collage; the name is that of the reason."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self._name = name

    @property
    def name(self) -> str:
        """The error that ended the run."""
        return self._name


@dataclass(frozen=True)
class Stack:
    """A deployed stack. ``client`` makes boto3 clients for it."""

    client: Callable[[str], Any]
    name: str
    poll_seconds: float = POLL_SECONDS
    function_ended: Event | None = None
    """Is set whenever one has, where that is known: until a tile has ended, that may be news."""
    identity: Identity | None = None
    """Who asks its HTTP API; nobody where the stack does not run."""
    kept: Store | None = None
    """Reads what the stack has put without asking it, where that lies on this machine."""
    known: Mapping[str, Any] | None = None
    """What CloudFormation says of it, where that need not be asked for."""

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs by name."""
        return {o["OutputKey"]: o["OutputValue"] for o in self._described.get("Outputs", [])}

    @property
    def missing_outputs(self) -> list[str]:
        """Outputs that every stack of this pack has, and this one has not."""
        return [name for name in NEEDED if name not in self.outputs]

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The values of the template's parameters."""
        given = self._described.get("Parameters", [])
        return {p["ParameterKey"]: p["ParameterValue"] for p in given}

    @cached_property
    def store(self) -> Store:
        """The stack's store, with the caller's credentials."""
        return Store(
            self.client("s3"), self.outputs["UploadsBucket"], self.outputs["CollagesBucket"]
        )

    @cached_property
    def runs(self) -> Runs:
        """The executions of the stack's workflow."""
        return Runs(self.client("stepfunctions"), self.outputs["StateMachine"])

    @cached_property
    def api(self) -> HttpApi:
        """The stack's HTTP API.

        Raises:
            InvalidRequest: when it takes tokens, and the environment has none.
            RunFailed: NotRunning, when the stack is looked at without its API.
        """
        if self.identity is None or "ApiUrl" not in self.outputs:
            raise RunFailed("NotRunning", f"The stack {self.name} has no API that answers now.")
        issuer = self.parameters.get("JwtIssuer", "")
        return HttpApi(self.outputs["ApiUrl"], self.identity, issuer)

    @property
    def settings(self) -> Settings:
        """What the stack takes."""
        outputs = self.outputs
        return settings_of(self.parameters, outputs["UploadsBucket"], outputs["CollagesBucket"])

    @property
    def services(self) -> Services:
        """The stack's settings, as its functions have them."""
        given = self.parameters
        return Services(
            self.settings,
            {name: one.of_parameters(given) for name, one in engines.providers().items()},
        )

    @cached_property
    def owner(self) -> Owner | None:
        """Whose a collage is that is asked for here; None where people are not told apart."""
        if self.parameters.get("Owners") != "on":
            return None
        arn = self.client("sts").get_caller_identity()["Arn"]
        return of_arn(arn, person.of_arn(arn)).owner()

    @cached_property
    def _described(self) -> Any:
        if self.known:
            return self.known
        return self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]

    def estimate(
        self,
        source: bytes | None,
        asked: Request,
        files: Files | None = None,
        most_looks: int | None = None,
    ) -> Estimated:
        """What a collage would take; nothing is started. See `estimate`."""
        return estimate(self.store, self.services, source, asked, files, most_looks)

    def identify(self, source: bytes | None, asked: Request, files: Files | None = None) -> str:
        """The id of the collage that a request of these files would be. See `let_in`.

        Files that are not given are those that the request names.
        """
        files = files_of(self.store, self.services, asked, files)
        return let_in(self.services, asked, source, files, owner=self.owner).id

    def start(
        self,
        source: bytes | None,
        options: Mapping[str, Any],
        files: Files | None = None,
        *,
        retry_refused: bool = False,
        notify: str | None = None,
    ) -> Started:
        """Put the files in and start the collage, or find the run that makes or made it.

        ``retry_refused`` has asked for again what moderation refused before. ``notify`` is an
        address that the stack tells how it ends.

        Raises:
            CollageError: by the name that the stack gives, when it refuses.
        """
        put = self.store.put_source
        more = files.put(put) if files else {}
        key = None if source is None else put(source)
        return self._start(key, {**options, **more}, retry_refused, self.owner, notify)

    def accepted(self, collage: str) -> Accepted:
        """What was asked for and let in.

        Raises:
            NotInStore: when there is no such collage.
        """
        with _here(collage):
            return self.store.accepted(collage)

    def resume(self, collage: str, *, retry_refused: bool = False) -> Started:
        """Start a collage again by what its own request.json says; what exists of it is kept.

        ``retry_refused`` has asked for again what moderation refused before.

        Raises:
            NotInStore: when there is no such collage, or its source is gone.
        """
        accepted = self.accepted(collage)
        key = accepted.source.key if accepted.source else None
        return self._start(
            key, accepted.request.model_dump(mode="json"), retry_refused, accepted.owner
        )

    def again(self, collage: str, asked: AskedAgain) -> Again:
        """The request that makes a collage again; nothing is started. See `again`.

        Raises:
            NotInStore: when there is no such collage.
        """
        self.accepted(collage)
        return again(self.store, collage, asked)

    def assemble(self, collage: str, changes: Relayout) -> str:
        """Lay a finished collage out again; the folder, below the collage's, of the result.

        Raises:
            CollageError: by the name that the stack gives, when it cannot.
        """
        layout = changes.model_dump(mode="json", exclude_none=True)
        payload = {"id": collage, "layout": layout}
        result = self.invoke(self.outputs["AssembleFunction"], payload)
        return str(result["manifest"]).removeprefix(f"collages/{collage}/").rpartition("/")[0]

    def _start(
        self,
        source: str | None,
        options: Mapping[str, Any],
        retry_refused: bool,
        owner: Owner | None,
        notify: str | None = None,
    ) -> Started:
        payload = {"source": source, "request": dict(options), "retry_refused": retry_refused}
        if owner is not None:
            payload["owner"] = owner.model_dump(mode="json")
        if notify is not None:
            payload["notify"] = notify
        result = self.invoke(self.outputs["StartFunction"], payload)
        if result["new"]:
            self._wait_for(result["run"])
        return Started(id=result["id"], run=result["run"], new=result["new"])

    def _wait_for(self, run: str) -> None:
        """Return when the workflow, which may take a moment to, knows of a run just started."""
        for _ in range(VISIBLE_LOOKS):
            with suppress(self.runs.states.exceptions.ExecutionDoesNotExist):
                self.runs.status(run)
                return
            sleep(VISIBLE_SECONDS)

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Any:
        """What a function answers.

        Raises:
            CollageError: by the name that it gives, when it fails.
        """
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload).encode()
        )
        result: Any = json.load(answer["Payload"])
        if "FunctionError" in answer:
            name = result.get("errorType", "RunFailed")
            message = result.get("errorMessage", "The function gave no reason.")
            kind = getattr(errors, name, None)
            raise kind(message) if kind else RunFailed(name, message)
        return result

    def look(self, collage: str) -> Progress:
        """Where a collage stands.

        Raises:
            NotInStore: when there is no such collage.
        """
        with _here(collage):
            return look(self.store, self.runs, collage, self.kept)

    def newest(
        self, limit: int, after: str | None = None, of: Collection[str] | None = None
    ) -> tuple[list[Progress], str | None]:
        """A page of collages, the last asked for first, and where the next one begins.

        ``of`` are the owners and groups whose collages these are; unless given they are all.
        """
        return newest(self.store, self.runs, limit, after, of)

    def cancel(self, collage: str) -> Progress:
        """Stop the run of a collage, if one is under way; where it stands then.

        Raises:
            NotInStore: when there is no such collage.
        """
        with _here(collage):
            return cancel(self.store, self.runs, collage)

    def looks(self, collage: str) -> Iterator[Progress]:
        """Where a collage stands, again and again; last, how it ended.

        Raises:
            NotInStore: when there is no such collage.
        """
        while True:
            if self.function_ended:
                self.function_ended.clear()
            begun = monotonic()
            seen = self.look(collage)
            took = monotonic() - begun
            yield seen
            if seen.state != "running":
                return
            left = seen.eta_seconds or 0.0
            unhurried = min(UNHURRIED * self.poll_seconds, left / UNHURRIED)
            rest = max(self.poll_seconds, (REST if seen.tiles.ended else 1) * took, unhurried)
            if self.function_ended and not seen.tiles.ended:
                self.function_ended.wait(rest)
            else:
                sleep(rest)

    def follow(self, started: Started) -> Iterator[Progress]:
        """The run's progress, until it ends.

        Raises:
            RunFailed: with the reason, when it ends without a collage.
        """
        for seen in self.looks(started["id"]):
            if seen.state in WITHOUT_COLLAGE:
                raise RunFailed(seen.error or "RunFailed", seen.message or "There is no reason.")
            yield seen

    def fetch(self, collage: str, out: Path, folder: str = "") -> Manifest:
        """Write a result below ``out``, with the page to look at it; see `fetch`.

        Raises:
            RunFailed: NotWritten, when the disk does not take it.
        """
        try:
            return fetch(self.store, collage, out, folder, self.kept)
        except OSError as error:
            raise RunFailed("NotWritten", f"{out} cannot be written: {error.strerror}.") from error

    def failure(self, collage: str) -> Failure | None:
        """Why the run failed, when that was recorded."""
        try:
            return self.store.failure(collage)
        except NotInStore:
            return None


@contextmanager
def _here(collage: str) -> Iterator[None]:
    """Say of what is not there that the collage is not."""
    unknown = NotInStore(f"There is no collage {collage} here.")
    if not re.fullmatch("[0-9a-f]{20}", collage):
        raise unknown
    try:
        yield
    except UnreadableRecord:
        raise
    except NotInStore as error:
        raise unknown from error
