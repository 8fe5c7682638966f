"""Whom moto hands over to, and how it is changed for that, and changed back.

moto answers the API calls. Running code is ours: whatever it would do with Docker, or not at all,
is handed to a `Host`. The changes themselves lie in the files beside, each with its reason.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from combinatoric_collage.local.errors import CloudError
from combinatoric_collage.local.processes.invocation import Caller, Result
from combinatoric_collage.local.processes.tasks import Tasks

# It warns of what it does not do, again and again; nobody is to read that on a terminal.
logging.getLogger("moto").addHandler(logging.NullHandler())


class Front(Protocol):
    """What is served at an address of its own."""

    def start(self) -> None:
        """Answers requests from now on."""

    def stop(self) -> None:
        """Ends every connection."""


class Host(Protocol):
    """What the patches need of the cloud they work for."""

    stopping: threading.Event
    problem: CloudError | None
    """Why a resource could not be made; the API only says that something failed."""
    paths: Mapping[str, Path]
    unsupported: list[str]
    tasks: Tasks
    region: str
    workers: int
    """Functions that may run at once."""
    api_port: int
    """The port of an HTTP API; 0 for any."""

    def clock(self) -> float:
        """The time as those see it who only let in until a day, in seconds since 1970."""

    def serve(self, front: Front) -> None:
        """Serves what has an address once the stack stands, and stops it with the cloud."""

    def report(self, sentence: str) -> None:
        """Tells the user something that is left out."""

    def invoke(self, function: str, event: bytes, caller: Caller) -> Result:
        """Runs a function."""

    def later(self, what: str, work: Callable[[], Result | None]) -> None:
        """Does the work in the background; a failure is logged under the name `what`."""

    def role_client(self, role: str, session: str, service: str) -> Any:
        """A client with the credentials of a role."""

    def is_function(self, access_key: str) -> bool:
        """Whether the key is one of a running function."""


def replace(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Sets an attribute until the stack is closed."""
    if name in vars(owner):
        stack.callback(setattr, owner, name, vars(owner)[name])
    else:
        stack.callback(delattr, owner, name)
    setattr(owner, name, value)


def replace_here(stack: ExitStack, owner: Any, name: str, made: Callable[..., Any]) -> None:
    """Has this thread alone call `made` in place of an attribute until the stack is closed."""
    own, here = getattr(owner, name), threading.get_ident()

    def call(*args: Any, **options: Any) -> Any:
        return (made if threading.get_ident() == here else own)(*args, **options)

    replace(stack, owner, name, call)


def after(stack: ExitStack, owner: Any, name: str, then: Callable[..., None]) -> None:
    """Calls `then(made, *arguments)` whenever the class method `name` has made something."""
    original = getattr(owner, name)

    def wrapper(_cls: type, *args: Any, **kwargs: Any) -> Any:
        made = original(*args, **kwargs)
        then(made, *args)
        return made

    replace(stack, owner, name, classmethod(wrapper))
