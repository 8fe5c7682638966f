"""The folder of a cloud's own in the host's temporary one."""

import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

import psutil

# A process's id has seven digits at most.
OURS = re.compile(r"laptop-cloud-(?P<pid>[0-9]{1,9})-[a-z0-9_]{8}")


def folder() -> Path:
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
