"""The life of a laptop cloud: start, serve, stop without a trace."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from collage.uncollected import uncollected
from combinatoric_collage.local import aws, deploy, template
from combinatoric_collage.local.code import FUNCTION
from combinatoric_collage.local.errors import BusyError, CloudError, StateError
from combinatoric_collage.local.identities import Identities
from combinatoric_collage.local.moto.host import Front
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.invocation import Caller, Result
from combinatoric_collage.local.processes.pool import Pool
from combinatoric_collage.local.processes.tasks import Container, Tasks
from combinatoric_collage.local.processes.tasks import environment as task_environment
from combinatoric_collage.local.processes.worker import Worker
from combinatoric_collage.local.runtime import Preload, Runtime
from combinatoric_collage.local.state import State
from combinatoric_collage.local.translations import translations

if TYPE_CHECKING:
    from combinatoric_collage.local.bedrock.own_aws import OwnAws

logger = logging.getLogger("local")

# How long the threads and tasks of a stopped execution may take to end.
PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.02
"""Between two looks whether anything is under way."""
# Before an asynchronous invocation is tried again; Lambda waits one minute, and then two.
AGAIN_SECONDS = (1.0, 2.0)

# Calls of HTTP APIs that functions answer at once, beside `workers` that do other work. One that
# waits for something to happen takes no processor, but a process, of some 60 MB.
API_CALLS = 8

_one_at_a_time = threading.Lock()


@contextmanager
def prepared() -> Iterator[None]:
    """Imports what a cloud consists of, beside what the caller waits for meanwhile.

    That has ended when the context is left: of modules that import each other two threads can each
    be given the half that the other is at.
    """
    thread = threading.Thread(target=_bring, daemon=True)
    # What is imported makes sessions. It is hidden here: that thread would change variables while
    # this one reads them.
    with aws.no_developer():
        thread.start()
        try:
            yield
        finally:
            thread.join()


def _bring() -> None:
    # What cannot be imported is told by the start of a cloud.
    with suppress(ImportError), uncollected(kept=True):
        from combinatoric_collage.local.moto import install

        install.bring()


class Cloud:
    """Runs one SAM template; a context manager.

    A host that wants to leave nothing behind at SIGTERM turns it into an exception, as Python does
    with Ctrl-C. Processes of functions end with the host in any case.
    """

    def __init__(
        self,
        template: Path,
        parameters: Mapping[str, str] = MappingProxyType({}),
        stack: str = "collage",
        port: int = 0,
        workers: int | None = None,
        log: Callable[[str], None] | None = None,
        state: Path | None = None,
        api_port: int = 0,
        containers: Mapping[str, Container] = MappingProxyType({}),
        lost: Callable[[StateError], None] | None = None,
        preload: Preload | None = None,
        provisioned: Sequence[str] = (),
        runtime: Runtime | None = None,
    ) -> None:
        """`workers` functions at most run at once; `log` gets every line they print.

        `port` is that of the AWS endpoint and `api_port` that of the template's HTTP API.

        With no `log` the lines go to the logger `local`, at level INFO. Objects of buckets and
        items of tables are kept in the directory `state` for the next cloud; with none they go
        with this one. `containers` says what runs in the place of the image of a task's container,
        by the container's name. `lost` hears at once when something that was made cannot be kept,
        the first time; with none it is reported. `preload` is what functions begin with.
        `provisioned` functions, by their logical ids, have as many processes as they are named,
        which are initialized before they are asked for anything. `runtime` may have begun before;
        it is taken if it is what the template and the parameters want, and ended in any case.
        """
        self._template = Path(template).resolve()
        self._parameters = dict(parameters)
        self._stack_name = stack
        self._port = port
        self.api_port = api_port
        self._containers = containers
        self.workers = workers or os.cpu_count() or 1
        self._log: Callable[[str], None] = log or logger.info
        self._state = state
        self._preload = preload or Preload()
        self._begun = runtime
        self._provisioned = tuple(provisioned)
        self._tell_lost = lost or (lambda error: self.report(str(error)))
        self._cleanup = ExitStack()
        self.region = aws.REGION
        self.now: Callable[[], float] = time.time
        """What the time is to `clock`; may be set to another at any moment."""
        self._clear()

    def _clear(self) -> None:
        """Forgets what an earlier life has left in here."""
        self._functions: dict[str, Function] = {}
        self._by_id: dict[str, Function] = {}
        self.endpoint = ""
        self.outputs: dict[str, str] = {}
        self.described: dict[str, Any] = {}
        """The outputs and parameters of the stack, as CloudFormation describes them."""
        self.unsupported: list[str] = []
        self._fronts: list[Front] = []
        self._background: set[Future[None]] = set()
        self.stopping = threading.Event()
        self.function_ended = threading.Event()
        """Is set whenever one has; cleared by who waits for that."""
        self.problem: CloudError | None = None
        self.lost: StateError | None = None
        """Why something that was made could not be kept; the first such reason."""
        self.paths: Mapping[str, Path] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which any AWS client reaches this cloud as its administrator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            # The developer's would not fit the key.
            "AWS_SESSION_TOKEN": "",
            **self.identities.administrator.environment,
        }

    def client(self, service: str) -> Any:
        """A boto3 client with the administrator's credentials; made once, for all threads."""
        return self.identities.client(service)

    def start(self) -> None:
        """Deploys the template; nothing is left when it fails."""
        if not _one_at_a_time.acquire(blocking=False):
            raise BusyError("Another cloud runs in this process; stop it first.")
        self._cleanup.callback(_one_at_a_time.release)
        self._clear()
        try:
            with uncollected():
                self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends everything `start` began; may be called again."""
        self._cleanup.close()

    def _start(self) -> None:
        from combinatoric_collage.local.bedrock.own_aws import OwnAws

        defer = self._cleanup.callback
        state = self._cleanup.enter_context(State(self._state)) if self._state else None
        own = OwnAws()
        self._cleanup.enter_context(aws.no_developer())
        plan = template.plan(
            self._template, self._parameters, self.region, self._stack_name, translations()
        )
        self.paths = plan.paths
        # Its processes begin beside the imports, of which moto's alone take half a second.
        self._runtime = self._runtime_of(plan)
        defer(self._runtime.stop)
        self._runtime.begin()
        self._runtime.tell(self._log)
        folder = self._runtime.folder
        self.tasks = Tasks(self._containers, self._task_environment, folder, self._log)
        self._stand(plan, state, own)

    def _runtime_of(self, plan: template.Plan) -> Runtime:
        """The one that has begun, if it is of this plan, or another."""
        begun, self._begun = self._begun, None
        if begun is not None:
            if begun.serves(plan, self.region, self._preload):
                return begun
            begun.stop()
        return Runtime(plan, self.region, self._preload)

    def _stand(self, plan: template.Plan, state: State | None, own: OwnAws) -> None:
        """Serves AWS, makes the stack in it, and lets its functions be called."""
        from combinatoric_collage.local.bedrock.gateway import Gateway
        from combinatoric_collage.local.http import front_door, server
        from combinatoric_collage.local.http.within import Within
        from combinatoric_collage.local.moto import iam, install, persistence

        defer = self._cleanup.callback
        defer(install.forget)
        endpoint = server.Server(self._port)
        self.endpoint = endpoint.endpoint
        changes = self._cleanup.enter_context(install.install(self))
        defer(endpoint.stop)
        services = Gateway(front_door.services(), own)
        door = front_door.FrontDoor(services, endpoint.port, front_door.bucket_rules, self._lose)
        endpoint.start(door)
        defer(install.end_executions, self.region, PATIENCE_SECONDS)
        self._later = ThreadPoolExecutor(4 * self.workers, thread_name_prefix="laptop-cloud")
        defer(self._later.shutdown, cancel_futures=True)
        within = Within(door, self.stopping)
        self.identities = Identities(self.endpoint, self.region, within.serve)
        resources = self._deploy(plan)
        if state:
            persistence.attach(changes, state, resources)
        places = {Caller.WORK: self.workers, Caller.API: API_CALLS}
        # One warm process of every function beside those that work.
        alive = self.workers + len(self._functions)
        self._pool = Pool(places, alive, self._start_worker)
        defer(self._pool.stop)
        defer(self.tasks.end, PATIENCE_SECONDS)
        defer(self.stopping.set)
        iam.enforce()
        there = [self._by_id[name] for name in self._provisioned if name in self._by_id]
        self._pool.provision(there)
        for front in self._fronts:
            front.start()

    def _deploy(self, plan: template.Plan) -> Mapping[str, Any]:
        """Makes the stack and finds its functions; its resources by their logical ids."""
        made = deploy.make(
            plan,
            self._stack_name,
            self.region,
            self._parameters,
            lambda: self.problem,
        )
        self.outputs, self.described = made.outputs, made.described
        runnable = deploy.Runnable(plan, made, self._runtime.code, self.report)
        for name, function in runnable.functions():
            if function is None:
                self.unsupported.append(FUNCTION)
            else:
                self._by_id[name] = self._functions[function.name] = function
        return made.resources

    # What the patches of moto call.

    def report(self, sentence: str) -> None:
        """Tells the user something that is left out."""
        logger.warning(sentence)

    def _lose(self, error: StateError) -> None:
        if self.lost is None:
            self.lost = error
            self._tell_lost(error)

    def clock(self) -> float:
        """The time as those see it who only let in until a day, in seconds since 1970."""
        return self.now()

    def serve(self, front: Front) -> None:
        """Serves what has an address once the stack stands, and stops it with the cloud."""
        self._fronts.append(front)
        self._cleanup.callback(front.stop)

    def invoke(self, function: str, event: bytes, caller: Caller) -> Result:
        """Runs a function of the stack."""
        found = self._functions.get(function)
        if found is None:
            return Result.error("Runtime.Unavailable", f"{function} cannot run on this machine.")
        try:
            return self._pool.invoke(found, event, caller)
        finally:
            self.function_ended.set()

    def later(self, what: str, work: Callable[[], Result | None]) -> None:
        """Does work in the background, as an asynchronous invocation: tried three times."""

        def run() -> None:
            for pause in (*AGAIN_SECONDS, None):
                error: Exception | None = None
                try:
                    result = work()
                except Exception as raised:
                    error, said = raised, str(raised)
                else:
                    if not result or not result.failed:
                        return
                    said = result.payload.decode()
                if self.stopping.is_set():
                    return  # It was ended with the cloud.
                logger.error("%s failed in the background: %s", what, said, exc_info=error)
                if pause is None or self.stopping.wait(pause):
                    return

        if not self.stopping.is_set():
            submitted = self._later.submit(run)
            self._background.add(submitted)
            submitted.add_done_callback(self._background.discard)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing is done in the background any more, and no state machine runs.

        ``seconds`` at most; False if something still is.
        """
        from combinatoric_collage.local.moto import install

        deadline, quiet = time.monotonic() + seconds, 0
        # Twice: one of them may have handed over to the other between two looks.
        while quiet < 2:
            if time.monotonic() > deadline:
                return False
            quiet = 0 if self._background or install.under_way(self.region) else quiet + 1
            self.stopping.wait(LOOK_SECONDS)
        return True

    def is_function(self, access_key: str) -> bool:
        """Whether a key was given to a function's process."""
        return self.identities.is_function(access_key)

    def role_client(self, role: str, session: str, service: str) -> Any:
        """A client with a role's credentials, kept for the next call."""
        return self.identities.role_client(role, session, service)

    def _start_worker(self, function: Function, number: int, initialization: str) -> Worker:
        credentials = self.identities.of_function(function.role, function.name)
        return Worker(
            function,
            lambda api, tmp: function.environment(
                api, self.endpoint, self.region, credentials, tmp, initialization
            ),
            self._runtime.folder / f"{function.name}-{number}",
            self._log,
            self._runtime.launcher,
        )

    def _task_environment(self, role: str | None, tmp: Path) -> Mapping[str, str]:
        keys = self.identities.assume(role, tmp.name).environment if role else {}
        return task_environment(self.endpoint, tmp, keys)
