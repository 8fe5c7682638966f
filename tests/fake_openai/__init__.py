"""A server that speaks OpenAI's image and text API on loopback, so that no test needs a key.

It is as strict as the API it stands for: a request the API would refuse is refused here, with the
same status, type, code and param. It paints real pictures, counts what would have been billed,
enforces a rate limit and fails on demand.

    with FakeOpenAI(limit_per_second=5, faults=Faults({2: "500"})) as fake:
        client = OpenAI(base_url=fake.base_url, api_key="sk-test", max_retries=0)
        ...
        assert fake.images == 3

Not there: text as a stream, tools, the previews of GIF and SVG, the Batch API.
"""

from tests.fake_openai.faults import Faults
from tests.fake_openai.language import Filtered, Refusal, TooLong
from tests.fake_openai.server import FakeOpenAI, Record

__all__ = ["FakeOpenAI", "Faults", "Filtered", "Record", "Refusal", "TooLong"]
