"""The life of a laptop cloud: start, serve, stop without a trace."""

import datetime
import json
import logging
import os
import re
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import psutil

from combinatoric_collage.local import aws, template
from combinatoric_collage.local.errors import BusyError, CloudError, StackError, StateError
from combinatoric_collage.local.http.api import Api
from combinatoric_collage.local.processes import layers
from combinatoric_collage.local.processes.functions import Function
from combinatoric_collage.local.processes.pool import Pool
from combinatoric_collage.local.processes.tasks import Container, Tasks
from combinatoric_collage.local.processes.tasks import environment as task_environment
from combinatoric_collage.local.processes.worker import Result, Worker
from combinatoric_collage.local.state import State

logger = logging.getLogger("local")

# How long the threads and tasks of a stopped execution may take to end.
PATIENCE_SECONDS = 5.0
# Before an asynchronous invocation is tried again; Lambda waits one minute, and then two.
AGAIN_SECONDS = (1.0, 2.0)
# A host's temporary folder; a process's id has seven digits at most.
OURS = re.compile(r"laptop-cloud-(?P<pid>[0-9]{1,9})-[a-z0-9_]{8}")

_one_at_a_time = threading.Lock()


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
    ) -> None:
        """`workers` functions at most run at once; `log` gets every line they print.

        `port` is that of the AWS endpoint and `api_port` that of the template's HTTP API.

        With no `log` the lines go to the logger `local`, at level INFO. Objects of buckets and
        items of tables are kept in the directory `state` for the next cloud; with none they go
        with this one. `containers` says what runs in the place of the image of a task's container,
        by the container's name. `lost` hears at once when something that was made cannot be kept,
        the first time; with none it is reported.
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
        self._tell_lost = lost or (lambda error: self.report(str(error)))
        self._cleanup = ExitStack()
        self._lock = threading.RLock()
        self.region = os.environ.get("AWS_REGION") or "us-east-1"
        self._clear()

    def _clear(self) -> None:
        """Forgets what an earlier life has left in here."""
        self._functions: dict[str, Function] = {}
        self._credentials: dict[tuple[str, str], aws.Credentials] = {}
        self._function_keys: set[str] = set()
        self._clients: dict[tuple[str, ...], Any] = {}
        self.endpoint = ""
        self.outputs: dict[str, str] = {}
        self.unsupported: list[str] = []
        self._apis: list[Api] = []
        self.stopping = threading.Event()
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
            **self._administrator.environment,
        }

    def client(self, service: str) -> Any:
        """A boto3 client with the administrator's credentials; made once, for all threads."""
        with self._lock:
            if ("administrator", service) not in self._clients:
                self._clients["administrator", service] = aws.client(
                    service,
                    self.endpoint,
                    self.region,
                    self._administrator,
                    read_timeout=aws.ANSWER_SECONDS,
                )
            return self._clients["administrator", service]

    def start(self) -> None:
        """Deploys the template; nothing is left when it fails."""
        if not _one_at_a_time.acquire(blocking=False):
            raise BusyError("Another cloud runs in this process; stop it first.")
        self._cleanup.callback(_one_at_a_time.release)
        self._clear()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends everything `start` began; may be called again."""
        self._cleanup.close()

    def _start(self) -> None:
        from combinatoric_collage.local.http import front_door, server
        from combinatoric_collage.local.moto import host, iam, persistence

        defer = self._cleanup.callback
        state = self._cleanup.enter_context(State(self._state)) if self._state else None
        self._cleanup.enter_context(aws.no_developer())
        self._tmp = _temporary_folder()
        defer(shutil.rmtree, self._tmp, ignore_errors=True)
        self.tasks = Tasks(self._containers, self._task_environment, self._tmp, self._log)
        plan = template.plan(self._template, self._parameters, self.region, self._stack_name)
        self.paths = plan.paths
        defer(_forget)
        endpoint = server.Server(self._port)
        self.endpoint = endpoint.endpoint
        changes = self._cleanup.enter_context(host.install(self))
        defer(endpoint.stop)
        services = front_door.services()
        endpoint.start(
            front_door.FrontDoor(services, endpoint.port, front_door.bucket_rules, self._lose)
        )
        defer(self._end_executions)
        self._later = ThreadPoolExecutor(4 * self.workers, thread_name_prefix="laptop-cloud")
        defer(self._later.shutdown, cancel_futures=True)
        self._administrator = _administrator(self.endpoint, self.region)
        resources = self._deploy(plan)
        if state:
            persistence.attach(changes, state, resources)
        # One warm process of every function beside those that work.
        alive = self.workers + len(self._functions)
        self._pool = Pool(self.workers, alive, self._start_worker)
        defer(self._pool.stop)
        defer(self.tasks.end, PATIENCE_SECONDS)
        defer(self.stopping.set)
        iam.enforce()
        for api in self._apis:
            api.start()

    def _deploy(self, plan: template.Plan) -> Mapping[str, Any]:
        """Makes the stack; its resources by their logical ids."""
        from botocore.exceptions import ClientError
        from moto.cloudformation.models import cloudformation_backends
        from moto.cloudformation.parsing import clean_json

        from combinatoric_collage.local.moto.cloudformation import MISSING

        api = self.client("cloudformation")
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in self._parameters.items()]
        try:
            api.create_stack(
                StackName=self._stack_name,
                TemplateBody=json.dumps(plan.template),
                Parameters=parameters,
                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            )
        except ClientError as error:
            if self.problem:
                raise self.problem from error
            raise StackError(f"The stack could not be made: {error}") from error
        made = api.describe_stacks(StackName=self._stack_name)["Stacks"][0]
        outputs = {o["OutputKey"]: o["OutputValue"] for o in made.get("Outputs", [])}
        # An output that speaks of a missing resource would not be true.
        self.outputs = {k: v for k, v in outputs.items() if MISSING not in v}

        backend: Any = cloudformation_backends[aws.ACCOUNT][self.region]
        resources = backend.get_stack(self._stack_name).resource_map
        found = {
            resources[name].physical_resource_id: (name, self._contents(name, path))
            for name, path in plan.paths.items()
            if plan.template["Resources"][name]["Type"] == "AWS::Lambda::LayerVersion"
        }
        self._runtime = layers.runtime(self._tmp / "runtime").folders
        for name, resource in plan.template["Resources"].items():
            # A resource whose condition is false is None.
            if resource["Type"] == "AWS::Lambda::Function" and resources[name]:
                asked = clean_json(resource["Properties"], resources)
                code = plan.paths.get(name)
                contents = self._contents(name, code) if code else None
                self._add(resources[name], contents, asked.get("Layers", []), found)
        return {name: resources[name] for name in plan.template["Resources"]}

    def _contents(self, name: str, path: Path) -> layers.Contents:
        """The contents of a layer or function; what it lacks here is told."""
        made = layers.unpacked(path, self._tmp / "packages" / name)
        if made.missing:
            self.report(f"{name}: {', '.join(made.missing)} not installed here; left out.")
        return made

    def _add(
        self,
        made: Any,
        code: layers.Contents | None,
        asked: list[str],
        known: Mapping[str, tuple[str, layers.Contents]],
    ) -> None:
        """Adds a function moto knows to those that can run; `known` are the layers by ARN."""
        runtime = made.run_time or "an image"
        if code is None or not runtime.startswith("python"):
            self.report(
                f"{made.function_name} cannot run here: it is {runtime}, not Python on disk."
            )
            self.unsupported.append("AWS::Lambda::Function")
            return
        for arn in set(asked) - set(known):
            self.report(f"{made.function_name}: the layer {arn} is not on disk and is left out.")
        given = [known[arn] for arn in asked if arn in known]
        function = Function(
            name=made.function_name,
            arn=made.function_arn,
            handler=made.handler,
            role=made.role,
            timeout=float(made.timeout),
            memory=int(made.memory_size),
            runtime=runtime,
            variables={k: _variable(v) for k, v in made.environment_vars.items()},
            folders=(
                *code.folders,
                *(folder for _, contents in given for folder in contents.folders),
                *self._runtime,
            ),
            # The translator marks each version of a layer by ten digits.
            layers=tuple(re.sub("[0-9a-f]{10}$", "", name) for name, _ in given),
        )
        function.check()
        self._functions[function.name] = function

    # What the patches of moto call.

    def report(self, sentence: str) -> None:
        """Tells the user something that is left out."""
        logger.warning(sentence)

    def _lose(self, error: StateError) -> None:
        if self.lost is None:
            self.lost = error
            self._tell_lost(error)

    def serve(self, api: Api) -> None:
        """Serves an HTTP API once the stack stands, and stops it with the cloud."""
        self._apis.append(api)
        self._cleanup.callback(api.stop)

    def invoke(self, function: str, event: bytes, nested: bool) -> Result:
        """Runs a function of the stack."""
        found = self._functions.get(function)
        if found is None:
            return Result.error("Runtime.Unavailable", f"{function} cannot run on this machine.")
        return self._pool.invoke(found, event, nested)

    def later(self, what: str, work: Callable[[], Result | None]) -> None:
        """Does work in the background, as an asynchronous invocation: tried three times."""

        def run() -> None:
            for pause in (*AGAIN_SECONDS, None):
                try:
                    result = work()
                except Exception:
                    logger.exception("%s failed in the background", what)
                else:
                    if not result or not result.failed:
                        return
                    logger.error("%s failed in the background: %s", what, result.payload.decode())
                if pause is None or self.stopping.wait(pause):
                    return

        if not self.stopping.is_set():
            self._later.submit(run)

    def is_function(self, access_key: str) -> bool:
        """Whether a key was given to a function's process."""
        return access_key in self._function_keys

    def role_client(self, role: str, session: str, service: str) -> Any:
        """A client with a role's credentials, kept for the next call."""
        with self._lock:
            if (role, service) not in self._clients:
                self._clients[role, service] = aws.client(
                    service,
                    self.endpoint,
                    self.region,
                    self._assume(role, session),
                    parameter_validation=False,
                    # The state machine's own Retry is what is on trial.
                    retries={"total_max_attempts": 1},
                    read_timeout=None,
                )
            return self._clients[role, service]

    def _assume(self, role: str, session: str) -> aws.Credentials:
        """What the Lambda and Step Functions services do: they are not asked for a key."""
        from moto.sts.models import sts_backends

        with self._lock:
            if (role, session) not in self._credentials:
                assumed = sts_backends[aws.ACCOUNT]["aws"].assume_role(
                    region_name=self.region,
                    role_session_name=session,
                    role_arn=role,
                    policy="",
                    duration=3600,
                    external_id="",
                )
                self._credentials[role, session] = aws.Credentials(
                    assumed.access_key_id, assumed.secret_access_key, assumed.session_token
                )
            return self._credentials[role, session]

    def _start_worker(self, function: Function, number: int) -> Worker:
        credentials = self._assume(function.role, function.name)
        self._function_keys.add(credentials.access_key)
        return Worker(
            function,
            lambda api, tmp: function.environment(
                api, self.endpoint, self.region, credentials, tmp
            ),
            self._tmp / f"{function.name}-{number}",
            self._log,
        )

    def _task_environment(self, role: str | None, tmp: Path) -> Mapping[str, str]:
        keys = self._assume(role, tmp.name).environment if role else {}
        return task_environment(self.endpoint, self.region, tmp, keys)

    def _end_executions(self) -> None:
        """Stops what still runs and waits for its threads."""
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends
        from moto.stepfunctions.parser.utils import TMP_THREADS

        backend: Any = stepfunctions_parser_backends[aws.ACCOUNT][self.region]
        now = datetime.datetime.now(tz=datetime.UTC)
        for machine in backend.state_machines:
            for execution in machine.executions:
                if execution.exec_status == "RUNNING":
                    execution.stop(stop_date=now, error="Stopped", cause="The cloud was stopped.")
        deadline = time.monotonic() + PATIENCE_SECONDS
        for thread in TMP_THREADS:
            thread.join(max(0.0, deadline - time.monotonic()))
        left = sum(thread.is_alive() for thread in TMP_THREADS)
        if left:
            logger.warning("%d threads of stopped executions are still ending.", left)
        TMP_THREADS.clear()


def _administrator(endpoint: str, region: str) -> aws.Credentials:
    """A user who may do everything: the harness itself and the clients outside."""
    iam = aws.client("iam", endpoint, region, aws.Credentials("nobody", "nothing"))
    iam.create_user(UserName="administrator")
    iam.put_user_policy(
        UserName="administrator",
        PolicyName="everything",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }
        ),
    )
    key = iam.create_access_key(UserName="administrator")["AccessKey"]
    return aws.Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _variable(value: Any) -> str:
    """An environment variable as CloudFormation writes what YAML took for a boolean."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _temporary_folder() -> Path:
    """A new folder; those of hosts that were killed are removed."""
    for old in Path(tempfile.gettempdir()).iterdir():
        host = OURS.fullmatch(old.name)
        if host and not psutil.pid_exists(int(host["pid"])) and _is_mine(old):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"laptop-cloud-{os.getpid()}-"))


def _is_mine(folder: Path) -> bool:
    """Whether it is a folder of this user's, and no link: others use the place, too."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _forget() -> None:
    """Empties moto's account."""
    from moto.moto_api._internal.models import MotoAPIBackend

    MotoAPIBackend(region_name="us-east-1", account_id=aws.ACCOUNT).reset()
