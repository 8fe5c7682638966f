"""What a cloud consists of is imported ahead, and by one thread at a time."""

import subprocess
import sys

PROGRAM = """
import sys, threading
from combinatoric_collage.local import prepared
from combinatoric_collage.local.moto.install import AHEAD

with prepared():
    pass
assert not set(AHEAD) - sys.modules.keys()
assert "moto.ec2" not in sys.modules
assert threading.enumerate() == [threading.main_thread()]
"""


def test_no_import_goes_on_behind_what_follows() -> None:
    # Elsewhere all of it is there already.
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
