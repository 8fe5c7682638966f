"""Where a command works: on a deployed stack, a laptop cloud that runs, or one it starts itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from shlex import join
from typing import Annotated

import typer

from collage.errors import InvalidRequest
from collage.request.request import Request
from collage.settings import Settings
from collage.steps import capabilities
from collage.uncollected import uncollected
from combinatoric_collage.cli.stacks import ahead, laptop, running_cloud
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.cli.stacks.stack_settings import settings_of
from combinatoric_collage.local import Cloud, prepared

StackName = Annotated[
    str | None,
    typer.Option(
        "--stack",
        metavar="NAME",
        envvar="COLLAGE_STACK",
        help="a deployed stack, with AWS's own settings; without it, the laptop cloud",
        show_envvar=True,
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        "--state", help="where the laptop cloud keeps what was made [default: your cache]"
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter", metavar="NAME=VALUE", help="a parameter of the laptop cloud's template.yaml"
    ),
]
UsdPerImage = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=9999,
        metavar="USD",
        help="what a picture costs at the laptop cloud's provider [default: by collage prices]",
    ),
]


TELLING_SECONDS = 5.0
"""How long a laptop cloud stays for messages that have not been delivered."""


@dataclass(frozen=True)
class Where:
    """A stack as the options name it."""

    stack: StackName = None
    state_given: State = None
    lasting: bool = False
    """Whether it is not left to a cloud that another command has started for itself, which ends
    with that command."""

    @property
    def state(self) -> Path:
        """The state directory of the laptop cloud."""
        return self.state_given or ahead.default_state()

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that were given."""
        return {}

    @cached_property
    def running(self) -> Stack | None:
        """The stack, if it runs already.

        Raises:
            InvalidRequest: when the options contradict each other, or the stack that runs.
            CollageError, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: when
                a deployed stack cannot be reached.
        """
        found = self._deployed() if self.stack else self._handed_over()
        if found is not None:
            for name, value in self.parameters.items():
                has = found.parameters.get(name)
                if has != value:
                    said = f"has {name}={has}" if has is not None else f"has no parameter {name}"
                    raise InvalidRequest(f"parameter: the stack runs already and {said}.")
        return found

    @property
    def settings(self) -> Settings:
        """What the stack takes."""
        return self.running.settings if self.running else settings_of(self.parameters)

    def prepared(self) -> AbstractContextManager[None]:
        """Have a laptop cloud imported, if one will be started, while something is waited for."""
        return prepared() if self.running is None else nullcontext()

    @contextmanager
    def reached(self, asked: Request | None = None) -> Iterator[Stack]:
        """The stack; a laptop cloud is started for the time of the context if none runs.

        ``asked`` is the only request that the cloud is for, if there is only one.

        Raises:
            InvalidRequest, EngineUnavailable: when a laptop cannot do what the request asks for.
            CloudError: when the laptop cloud cannot start.
        """
        self._check(asked)
        if self.running is not None:
            yield self.running
        else:
            if asked is not None:
                # A cloud would be started only to say the same.
                at_rest = laptop.at_rest(self.parameters, asked, self.state)
                capabilities.check(asked, at_rest.services)
            with ExitStack() as until_then:
                # It ends with this process: what it consists of is nothing to look through for
                # what could go, which takes a tenth of a second each time.
                with uncollected(kept=True):
                    running = laptop.running(self.parameters, asked, state=self.state)
                    cloud, stack = until_then.enter_context(running)
                until_then.push(partial(_tell_the_rest, cloud))
                yield stack

    def looked_at(self, asked: Request | None = None) -> Stack:
        """The stack, for what it holds or an estimate; a laptop cloud that does not run stays so.

        ``asked`` is the request that is estimated.

        Raises:
            EngineUnavailable: when a laptop lacks networks that the request is made by.
            CloudError: when what the laptop cloud has kept cannot be read.
        """
        self._check(asked)
        return self.running or laptop.at_rest(self.parameters, asked, self.state)

    def command(self, name: str, collage: str) -> str:
        """What to type for another command on the same collage."""
        words = ["collage", name, collage]
        if self.stack:
            words += ["--stack", self.stack]
        if self.state_given:
            words += ["--state", str(self.state_given)]
        return join(words)

    def _check(self, asked: Request | None) -> None:
        if asked is not None and self.stack is None:
            capabilities.installed(asked)

    def _deployed(self) -> Stack:
        # What talks to AWS alone is not imported for the laptop.
        from combinatoric_collage.cli.stacks.deployed import deployed

        if self.state_given:
            raise InvalidRequest(
                "state: a deployed stack has none; give either --state or --stack (COLLAGE_STACK)."
            )
        return deployed(self.stack or "")

    def _handed_over(self) -> Stack | None:
        found = running_cloud.find(self.state)
        if found is None or (self.lasting and not found.stays):
            return None
        return laptop.handed_over(found)


@dataclass(frozen=True)
class WhereConfigured(Where):
    """The same for a command that may set parameters of the laptop cloud's template."""

    parameters_given: Parameters = None
    usd_per_image: UsdPerImage = None

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that were given, the price of a picture among them.

        Raises:
            InvalidRequest: when one is not NAME=VALUE.
        """
        given = pairs(self.parameters_given or [])
        if self.usd_per_image is not None:
            given["UsdPerImage"] = f"{self.usd_per_image:.6f}"
        return given


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Parameters of a template by name.

    Raises:
        InvalidRequest: when one is not NAME=VALUE.
    """
    found = [item.partition("=") for item in given]
    if any(not name or not equals for name, equals, _ in found):
        raise InvalidRequest("parameter: give it as NAME=VALUE.")
    return {name: value for name, _, value in found}


def _tell_the_rest(cloud: Cloud, kind: type[BaseException] | None, *_: object) -> None:
    """Let whoever asked for it be told how a run has ended, unless it was interrupted."""
    if (kind is None or issubclass(kind, Exception)) and not cloud.settle(TELLING_SECONDS):
        cloud.report(
            "The laptop cloud ends before all who asked for it could be told how the run ended."
        )
