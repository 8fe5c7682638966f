"""The laptop cloud: runs a SAM template on this machine, with no account, no key and no Docker."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

PLACES = {
    "Cloud": "cloud:Cloud",
    "CloudError": "errors:CloudError",
    "Container": "processes.tasks:Container",
    "NoCredentialsError": "errors:NoCredentialsError",
    "ParameterError": "errors:ParameterError",
    "StateError": "errors:StateError",
    "prepared": "cloud:prepared",
    "remove_state": "state:remove",
}


def __getattr__(name: str) -> Any:
    # What begins before a cloud lies in this package, and is not to wait for all of it.
    if name in PLACES:
        file, _, within = PLACES[name].partition(":")
        return getattr(import_module(f"{__name__}.{file}"), within)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
