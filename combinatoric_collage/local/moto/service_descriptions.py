"""What stays as it is on the disk is read once.

What AWS's services are like would be read anew for each of moto's sessions, and for each request
what folders moto has.
"""

from contextlib import ExitStack

import botocore.session

from combinatoric_collage.local.aws import descriptions
from combinatoric_collage.local.moto.host import Host, replace


def patch(_host: Host, stack: ExitStack) -> None:
    """All of it."""
    # Before anything of moto's is imported: some of it makes sessions then.
    replace(stack, botocore.session, "create_loader", lambda *_: descriptions())

    from moto import backends

    services = tuple(backends.list_of_moto_modules())
    replace(stack, backends, "list_of_moto_modules", lambda: services)
