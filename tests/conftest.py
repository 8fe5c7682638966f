import functools
import signal

import botocore.session
from hypothesis import HealthCheck, settings

# Every test has clients of its own; what AWS's services are like is read once for all of them.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# A shell that starts the tests in the background has them ignore SIGINT, and so their children;
# some tests interrupt theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, and no clock: a test that fails, fails for everyone.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")
