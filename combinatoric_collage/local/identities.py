"""Who asks a laptop cloud: its administrator, and the roles of what runs in it."""

import getpass
import json
import re
import threading
from collections.abc import Callable
from typing import Any

from combinatoric_collage.local import aws

OFTEN_BY_ADMINISTRATOR = ("s3", "stepfunctions")
"""What whoever follows a run asks again and again; no answer of theirs waits for anything."""
OFTEN_BY_ROLES = ("lambda",)
"""What a state machine asks for every item of a Map."""


class Identities:
    """Credentials, each made once, and clients that have them, kept for the next call."""

    def __init__(self, endpoint: str, region: str, nearby: Callable[[Any], None]) -> None:
        """Makes the administrator.

        `nearby` has what a client asks often answered without a connection.
        """
        self._endpoint = endpoint
        self._region = region
        self._nearby = nearby
        self._lock = threading.RLock()
        self._roles: dict[tuple[str, str], aws.Credentials] = {}
        self._function_keys: set[str] = set()
        self._clients: dict[tuple[str, ...], Any] = {}
        self.administrator = _administrator(region)
        """A user who may do everything, the harness itself and the clients outside; called as the
        laptop's own is."""

    def client(self, service: str) -> Any:
        """A boto3 client with the administrator's credentials."""
        with self._lock:
            if ("administrator", service) not in self._clients:
                made = self._clients["administrator", service] = aws.client(
                    service,
                    self._endpoint,
                    self._region,
                    self.administrator,
                    read_timeout=aws.ANSWER_SECONDS,
                )
                if service in OFTEN_BY_ADMINISTRATOR:
                    self._nearby(made)
            return self._clients["administrator", service]

    def role_client(self, role: str, session: str, service: str) -> Any:
        """A client with a role's credentials."""
        with self._lock:
            if (role, service) not in self._clients:
                made = self._clients[role, service] = aws.client(
                    service,
                    self._endpoint,
                    self._region,
                    self.assume(role, session),
                    parameter_validation=False,
                    # The state machine's own Retry is what is on trial.
                    retries={"total_max_attempts": 1},
                    read_timeout=None,
                )
                if service in OFTEN_BY_ROLES:
                    self._nearby(made)
            return self._clients[role, service]

    def assume(self, role: str, session: str) -> aws.Credentials:
        """What the Lambda and Step Functions services do: they are not asked for a key."""
        from moto.sts.models import sts_backends

        with self._lock:
            if (role, session) not in self._roles:
                assumed = sts_backends[aws.ACCOUNT]["aws"].assume_role(
                    region_name=self._region,
                    role_session_name=session,
                    role_arn=role,
                    policy="",
                    duration=3600,
                    external_id="",
                )
                self._roles[role, session] = aws.Credentials(
                    assumed.access_key_id, assumed.secret_access_key, assumed.session_token
                )
            return self._roles[role, session]

    def of_function(self, role: str, name: str) -> aws.Credentials:
        """A role's credentials for a function's process."""
        credentials = self.assume(role, name)
        self._function_keys.add(credentials.access_key)
        return credentials

    def is_function(self, access_key: str) -> bool:
        """Whether a key was given to a function's process."""
        return access_key in self._function_keys


def _administrator(region: str) -> aws.Credentials:
    # A client would first read what IAM is like, which takes longer than all of this.
    from moto.iam.models import iam_backends

    name, iam = _user(), iam_backends[aws.ACCOUNT]["aws"]
    iam.create_user(region_name=region, user_name=name)
    iam.put_user_policy(
        user_name=name,
        policy_name="everything",
        policy_json=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
            }
        ),
    )
    key = iam.create_access_key(user_name=name)
    return aws.Credentials(key.access_key_id, key.secret_access_key)


def _user() -> str:
    """Whose laptop it is, as IAM may call a user: a function that asks who calls is told that."""
    try:
        name = getpass.getuser()
    except (ImportError, KeyError, OSError):
        name = ""  # As in a container whose user has no name.
    return re.sub(r"[^\w+=,.@-]", "-", name, flags=re.ASCII)[:64] or "administrator"
