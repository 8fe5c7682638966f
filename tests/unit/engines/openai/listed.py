"""What a language model is asked for styles with."""

from typing import Any

import openai

from tests.fake_openai import FakeOpenAI
from tests.unit.engines.openai.asked import KEY

MODEL = "gpt-6-luna"

EVERYTHING = frozenset({"responses", "json_schema", "json_object", "text"})


def client(fake: FakeOpenAI, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(**{"api_key": KEY, "base_url": fake.base_url, "max_retries": 0, **options})
