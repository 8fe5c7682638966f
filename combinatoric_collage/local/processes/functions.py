"""A Lambda function as the template describes it, and the environment its process gets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from combinatoric_collage.local.aws import Credentials, no_proxies
from combinatoric_collage.local.errors import CodeMissingError

# What a process needs of the machine it runs on. Nothing else of the developer's environment,
# above all no AWS variable, reaches a function.
FROM_THE_MACHINE = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)

# Whether a process is initialized once it is called, or ahead of that.
ON_DEMAND, PROVISIONED = "on-demand", "provisioned-concurrency"

# What differs between processes of one function, beside what it is called with.
OWN = (
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "HOME",
    "TMPDIR",
    "PYTHONPATH",
)


@dataclass(frozen=True)
class Function:
    """One function of the stack."""

    name: str
    arn: str
    handler: str
    role: str
    timeout: float
    memory: int
    """In MiB."""
    runtime: str
    variables: Mapping[str, str]
    folders: tuple[Path, ...]
    """All that its modules are found in: its code first, its layers, the runtime's last."""
    layers: tuple[str, ...] = ()
    """What the template calls them."""

    def check(self) -> None:
        """Says now, and not at the first call, when the code is not there."""
        for folder in self.folders:
            if not folder.is_dir():
                raise CodeMissingError(f"{self.name}: the folder {folder} does not exist.")
        module = Path(*self.handler.rpartition(".")[0].replace("/", ".").split("."))
        for folder in self.folders:
            if (folder / module).with_suffix(".py").is_file() or (folder / module).is_dir():
                return
        raise CodeMissingError(
            f"{self.name}: no {module}.py for the handler {self.handler} in {self.folders[0]}."
        )

    def environment(
        self,
        runtime_api: str,
        endpoint: str,
        region: str,
        credentials: Credentials,
        tmp: Path,
        initialization: str = ON_DEMAND,
    ) -> dict[str, str]:
        """Everything the process sees: the machine, Lambda's own variables, the template's."""
        machine = {name: os.environ[name] for name in FROM_THE_MACHINE if name in os.environ}
        lambdas = {
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": tmp.name,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": endpoint,
            "LAMBDA_TASK_ROOT": str(self.folders[0]),
            "_HANDLER": self.handler,
            "TZ": "UTC",
            # A home of its own, so that no AWS profile is found; also its /tmp.
            "HOME": str(tmp),
            "TMPDIR": str(tmp),
            **no_proxies(),
            "PYTHONPATH": os.pathsep.join(map(str, self.folders)),
        }
        return machine | dict(self.variables) | lambdas | credentials.environment
