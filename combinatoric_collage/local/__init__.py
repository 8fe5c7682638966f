"""The laptop cloud: runs a SAM template on this machine, with no account, no key and no Docker."""

from combinatoric_collage.local.cloud import Cloud, prepared
from combinatoric_collage.local.errors import (
    CloudError,
    NoCredentialsError,
    ParameterError,
    StateError,
)
from combinatoric_collage.local.processes.tasks import Container
from combinatoric_collage.local.state import remove as remove_state

__all__ = [
    "Cloud",
    "CloudError",
    "Container",
    "NoCredentialsError",
    "ParameterError",
    "StateError",
    "prepared",
    "remove_state",
]
