"""What moto has dropped is dropped: it lists every instance of every model that there ever was.

The list is for its own control routes, which are not served here. Each object, grant, attribute of
an item and step of an execution stays in it, also when it was replaced or deleted.
"""

from contextlib import ExitStack
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace


def patch(_host: Host, stack: ExitStack) -> None:
    """Change moto as this file says, until ``stack`` is closed."""
    from moto.core.common_models import BaseModel

    def new(cls: type, *_args: Any, **_kwargs: Any) -> Any:
        return object.__new__(cls)

    replace(stack, BaseModel, "__new__", staticmethod(new))
