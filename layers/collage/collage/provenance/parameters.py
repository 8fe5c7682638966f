"""``parameters``: one text, as the web UIs for Stable Diffusion write and read it."""

import re
from collections.abc import Iterable, Mapping

from collage.text import line

LONGEST_PROMPT, LONGEST_NEGATIVE, LONGEST_STYLES = 6000, 4000, 1000
LONGEST_VALUE, MOST_OPTIONS = 200, 12
"""Of `parameters`, in characters: so that it always fits into the 64 KB of a JPEG's EXIF, where
a character takes up to four bytes. The record has everything in full."""

_LISTS = {"Styles", "X Values", "Y Values", "Z Values"}
"""The pairs that may be as long as those of styles."""


def compose(prompt: str, pairs: Mapping[str, object], negative: str = "") -> str:
    """The text that web UIs read: a line a prompt, and one of at least three pairs."""
    lines = [_prompt(prompt, LONGEST_PROMPT)]
    if without := _prompt(negative, LONGEST_NEGATIVE):
        lines.append(f"Negative prompt: {without}")
    values = {
        name: _value(value, LONGEST_STYLES if name in _LISTS else LONGEST_VALUE)
        for name, value in pairs.items()
        if name and value is not None
    }
    lines.append(", ".join(f"{name}: {value}" for name, value in values.items() if value))
    return "\n".join(lines)


def _prompt(text: str, longest: int) -> str:
    """A prompt on one line, which does not hold the keys by which readers find its end."""
    marks = r"(?i)(negative prompt|steps)(?:\s*:)+"
    return re.sub(marks, r"\1", line(text))[:longest].rstrip()


def _value(value: object, longest: int) -> str:
    """A value without what ends or quotes one."""
    return " ".join(re.sub(r'[,:"\\]', " ", line(str(value))).split())[:longest].rstrip()


def joined(names: Iterable[str]) -> str:
    """Names as one value."""
    return " + ".join(name.replace("+", " ") for name in names)


SAMPLERS = {
    "ddim": "DDIM",
    "dpmpp_2m": "DPM++ 2M",
    "euler": "Euler",
    "euler_a": "Euler a",
    "unipc": "UniPC",
}
"""What the web UIs call the schedulers of the engine `diffusion`."""

UNKNOWN = "unknown"
"""In place of a seed there is a noise schedule of which nothing is known: readers such as
sd-parsers take a line for one of parameters when it has three of sampler, steps, seed, scale,
and schedule."""


def sampler(engine: str, options: dict[str, str]) -> str:
    """What the web UIs call a sampler: the scheduler where one was given, else the engine."""
    given = options.pop("scheduler", None)
    return engine if given is None else SAMPLERS.get(given, given)


def steps(options: dict[str, str]) -> int:
    """The engine's steps; 1 where there are none, because the line has to begin with them."""
    given = options.pop("num_inference_steps", "1")
    return int(given) if re.fullmatch("[1-9][0-9]{0,3}", given) else 1


def label(option: str) -> str:
    """The name of an option's pair: the web UIs' where they have one."""
    known = {
        "guidance_scale": "CFG scale",
        "strength": "Denoising strength",
        "prompt_sr": "Prompt S/R",
    }
    words = re.sub(r"[^A-Za-z0-9]+", " ", option).strip()[:40].strip()
    return known.get(option, words[:1].upper() + words[1:])
