"""What is written in a request: prompts and what they stand for, styles, seeds, colours, lists."""

from collections.abc import Mapping, Sequence

MAX_PROMPTS = 10_000
"""Prompts that one text may stand for."""

Words = Mapping[str, Sequence[str]]
"""Word lists by their names."""
