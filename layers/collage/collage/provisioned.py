"""What a function does at its initialization where nobody waits for that.

Lambda initializes an environment ahead of calls where its function has provisioned concurrency or
SnapStart, and says so in a variable. One on demand is initialized while its first caller waits, and
imports what that call needs only then.
"""

import os
from importlib import import_module

from collage import frozen
from collage.settings import settings
from collage.store.store import connect

TYPE = "AWS_LAMBDA_INITIALIZATION_TYPE"
AHEAD = ("provisioned-concurrency", "snap-start")
"""Values of the variable, by Lambda's developer guide; the other one is ``on-demand``."""


def prepare(*modules: str) -> None:
    """Import modules, build models and make the store's client, where that is ahead of calls.

    ``modules`` are those that the function's first call would import. Of one with the name of a
    function after a colon that is called, with no argument.
    """
    if os.environ.get(TYPE) not in AHEAD:
        return
    for module in modules:
        name, _, called = module.partition(":")
        found = import_module(name)
        if called:
            getattr(found, called)()
    frozen.build()
    connect(settings())
