import signal

from hypothesis import HealthCheck, settings

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
