"""What a cloud consists of is imported ahead, and by one thread at a time."""

import os
import subprocess
import sys

PROGRAM = """
import os, sys, threading
from combinatoric_collage.local import prepared
from combinatoric_collage.local.moto.install import AHEAD

with prepared():
    pass
assert not set(AHEAD) - sys.modules.keys()
assert not sys.modules["moto.ec2.models.instance_types"].INSTANCE_TYPES
assert os.environ["AWS_PROFILE"] == "nobody"
assert threading.enumerate() == [threading.main_thread()]
"""


def test_no_import_goes_on_behind_what_follows() -> None:
    # Elsewhere all of it is there already.
    of_nobody = {**os.environ, "AWS_PROFILE": "nobody"}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=of_nobody)
