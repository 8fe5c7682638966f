"""How much is tried: a little and always the same with all tests, more and new by `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "quick", max_examples=60, derandomize=True, deadline=None, suppress_health_check=SLOW
)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=SLOW)
PROFILE = settings.get_profile(os.environ.get("FUZZ", "quick"))
