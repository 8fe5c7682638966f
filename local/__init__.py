"""The laptop cloud: runs a SAM template on this machine, with no account, no key and no Docker."""

from local.cloud import Cloud
from local.errors import CloudError, ParameterError, StateError
from local.state import remove as remove_state
from local.tasks import Container

__all__ = ["Cloud", "CloudError", "Container", "ParameterError", "StateError", "remove_state"]
