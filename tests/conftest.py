from hypothesis import HealthCheck, settings

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
