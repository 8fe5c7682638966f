"""The language of prompts with alternatives, read into a tree; nothing is unfolded here.

It is that of the dynamic prompts people know from diffusion front ends. What cannot be read is
refused with its position: no sign of the language reaches an engine unless a backslash makes it a
plain letter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

FIELDS = ("styles", "subject")
"""What stands in braces in a template, to be filled in later."""

NAME = r"[A-Za-z_-][A-Za-z0-9_-]*"
"""A variable's name."""

WEIGHT = re.compile(r"\s*(\d+\.?\d*|\.\d+)::")

_ESCAPED = re.compile(r"\\([{}|\\#$_%:~!@/])")
_PLAIN = re.compile(r"[^\\{}$%_#/|]+")
_HEAD = re.compile(r"\s*([!~@])?\s*(?:(?:(\d+)(?:(-)(\d+)?)?|-(\d+))(!)?\$\$)?")
_JOINT = re.compile(r"((?:\\.|\$(?!\$)|[^${}\\])*?)\$\$", re.DOTALL)
_VARIABLE = re.compile(rf"\$\{{\s*({NAME})\s*(\?=|=|:|\}})")
_LIST_NAME = re.compile(r"(?:(?!__)[^({}$#|\n\\])+")
_PARAMETERS = re.compile(r"\s*\(([^)]*)\)")
_PARAMETER = re.compile(rf"\s*({NAME})\s*=(.*)", re.DOTALL)


class PromptError(ValueError):
    """Something in a prompt that cannot be read or unfolded, and where it stands."""

    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(f"{reason}, at character {position + 1} of {text[:80]!r}.")


class Place(NamedTuple):
    """Where something stands in a text."""

    text: str
    position: int

    def error(self, reason: str) -> PromptError:
        """An error about it."""
        return PromptError(reason, self.text, self.position)


class Literal(NamedTuple):
    """Plain text."""

    text: str


class Sequence(NamedTuple):
    """One thing after another."""

    parts: tuple[Node, ...]


class Option(NamedTuple):
    """One alternative, and how often it is drawn beside the others."""

    weight: float
    value: Sequence


class Group(NamedTuple):
    """``{a|b}``: of the options as many as the bounds say, joined.

    Without bounds it is one; ``most`` is None for all there are. ``ordered``: each order counts.
    """

    options: tuple[Option, ...]
    bounded: bool
    least: int
    most: int | None
    joint: str
    ordered: bool
    sampler: str
    place: Place


class WordList(NamedTuple):
    """``__name__``, whose name may have ``*`` for several lists, or hold a variable."""

    name: Sequence
    parameters: tuple[tuple[str, Sequence], ...]
    sampler: str
    place: Place


class Assignment(NamedTuple):
    """``${name=value}``: drawn anew at each use, or once where it is ``immediate`` (``=!``)."""

    name: str
    value: Sequence
    immediate: bool
    keeps: bool
    """Whether one that is set already stays (``?=``)."""


class Use(NamedTuple):
    """``${name}`` or ``${name:default}``."""

    name: str
    default: Sequence | None
    place: Place


class Wrapped(NamedTuple):
    """``%{before ... after$$inner}``."""

    wrapper: Sequence
    inner: Sequence


Node = Literal | Sequence | Group | WordList | Assignment | Use | Wrapped


def read(text: str, *, template: bool = False) -> Sequence:
    """What ``text`` says. In a template groups without alternatives are left for later.

    Raises:
        PromptError: for what cannot be read.
        RecursionError: when it is nested too deeply.
    """
    return _Reader(text, template).whole()


class _Reader:
    def __init__(self, text: str, template: bool) -> None:
        self.text, self.template, self.at = text, template, 0

    def whole(self) -> Sequence:
        found = self.sequence("", top=True)
        if self.text.strip() and not found.parts:
            raise PromptError("there is nothing but comments", self.text, 0)
        return found

    def sequence(self, stop: str, *, top: bool = False, dollars: bool = False) -> Sequence:
        """What comes before one of the letters ``stop``, or ``$$``, or the end."""
        parts: list[Node] = []
        plain: list[str] = []
        fresh = True
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in stop or (dollars and self.ahead("$$")):
                break
            if found := _PLAIN.match(self.text, self.at):
                plain.append(found.group())
                self.at, fresh = found.end(), fresh and not found.group().strip()
            elif letter == "#":
                self.comment()
            elif (special := self.special(top=top, fresh=fresh)) is not None:
                if plain:
                    parts.append(Literal("".join(plain)))
                    plain = []
                parts.append(special)
                fresh = True
            else:
                plain.append(self.letter())
                fresh = False
        if plain:
            parts.append(Literal("".join(plain)))
        return Sequence(tuple(parts))

    def ahead(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def refused(self, reason: str, position: int | None = None) -> PromptError:
        return PromptError(reason, self.text, self.at if position is None else position)

    def special(self, *, top: bool, fresh: bool) -> Node | None:
        """What begins here, unless it is a plain letter."""
        if self.ahead("${"):
            return self.variable(top=top)
        if self.ahead("$$"):
            raise self.refused(
                "$$ stands behind how many to take, as in {2$$a|b|c} or {1-2$$ and $$a|b}; "
                r"write \$ for the sign"
            )
        if self.ahead("%{"):
            return self.wrapped()
        if self.ahead("{%"):
            raise self.refused("templates of Jinja2 are not understood")
        if self.ahead("{"):
            return self.group()
        if self.ahead("}"):
            raise self.refused(r"a brace is not closed, or not opened; write \} for the sign")
        # A list's name begins with no underscore: of more than two the last ones are the sign.
        if self.ahead("__") and not self.ahead("___"):
            return self.word_list()
        if fresh and (self.ahead("//") or self.ahead("/*")):
            raise self.refused(r"write a comment with #, and \/ for the sign")
        return None

    def letter(self) -> str:
        found = _ESCAPED.match(self.text, self.at)
        if found:
            self.at = found.end()
            return self.written(found.group(1))
        self.at += 1
        return self.text[self.at - 1]

    def written(self, letter: str) -> str:
        """A plain letter; a template is formatted yet, where a brace is written twice."""
        return letter * 2 if self.template and letter in "{}" else letter

    def comment(self) -> None:
        """Leave out a comment: from a # that stands by itself, or begins a line, to its end."""
        line = self.text.rfind("\n", 0, self.at) + 1
        before, after = self.text[line : self.at], self.text[self.at + 1 : self.at + 2]
        begins = not before.strip() or (
            before[-1] in "{|} \t" and (not after or after in " \t\r\n#")
        )
        if not begins:
            raise self.refused(r"# begins a comment; write \# for the sign")
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end

    def group(self) -> Node:
        start = self.at
        head = _HEAD.match(self.text, start + 1)
        assert head is not None  # noqa: S101  all of it may be missing
        sampler, exact, dash, upper, upmost, ordered = head.groups()
        bounded = exact is not None or upmost is not None
        self.at, joint = head.end(), ", "
        if bounded and (found := _JOINT.match(self.text, self.at)):
            joint = _ESCAPED.sub(lambda match: self.written(match.group(1)), found.group(1))
            self.at = found.end()
        options = [self.option(start)]
        while self.text[self.at] == "|":
            self.at += 1
            options.append(self.option(start))
        self.at += 1
        if len(options) == 1 and not bounded:
            inside = self.text[start + 1 : self.at - 1]
            if self.template:
                return Literal(self.text[start : self.at])
            if inside.strip() in FIELDS:
                raise self.refused(
                    f"{{{inside.strip()}}} is filled in only in prompt_template", start
                )
        least = int(exact) if exact else 1
        most = int(upper or upmost or 0) if upper or upmost else None if dash else least
        return Group(
            tuple(options), bounded, least, most, joint, ordered is not None, sampler or "",
            Place(self.text, start),
        )  # fmt: skip

    def option(self, start: int) -> Option:
        weight = 1.0
        if found := WEIGHT.match(self.text, self.at):
            weight, self.at = float(found.group(1)), found.end()
        value = self.sequence("|}")
        if self.at == len(self.text):
            raise self.refused(
                r"a brace is not closed, or not opened; write \{ for the sign", start
            )
        return Option(weight, value)

    def variable(self, *, top: bool) -> Node:
        start = self.at
        found = _VARIABLE.match(self.text, start)
        if found is None:
            raise self.refused("a variable is written ${name}, ${name=value} or ${name:instead}")
        name, sign = found.groups()
        self.at = found.end()
        if sign == "}":
            return Use(name, None, Place(self.text, start))
        if sign == ":":
            return Use(name, self.value(start), Place(self.text, start))
        if not top:
            raise self.refused("a variable is set outside of braces and other variables", start)
        immediate = self.ahead("!")
        self.at += immediate
        return Assignment(name, self.value(start), immediate, keeps=sign == "?=")

    def value(self, start: int) -> Sequence:
        """A variable's value, with the brace that ends it."""
        self.blank()
        value = self.sequence("|}")
        if self.at == len(self.text):
            raise self.refused("a variable is not closed", start)
        if self.text[self.at] == "|":
            raise self.refused("alternatives of a variable stand in braces, as ${x={a|b}}")
        self.at += 1
        return value

    def wrapped(self) -> Wrapped:
        start = self.at
        self.at += 2
        wrapper = self.sequence("}", dollars=True)
        if not self.ahead("$$"):
            raise self.refused("a wrapper is written %{before ... after$$inside}", start)
        self.at += 2
        self.blank()
        inner = self.sequence("}")
        if self.at == len(self.text):
            raise self.refused("a wrapper is not closed", start)
        self.at += 1
        return Wrapped(wrapper, inner)

    def word_list(self) -> WordList:
        start = self.at
        self.at += 2
        sampler = self.text[self.at : self.at + 1]
        if sampler in ("!", "~", "@"):
            self.at += 1
        else:
            sampler = ""
        name = self.list_name()
        given: tuple[tuple[str, Sequence], ...] = ()
        if name.parts and (found := _PARAMETERS.match(self.text, self.at)):
            given = tuple(self.parameter(each) for each in found.group(1).split(","))
            self.at = found.end()
        if not name.parts or not self.ahead("__"):
            raise self.refused(
                r"a word list is written __name__, or __name(variable=value)__; write \_\_ for "
                "the signs",
                start,
            )
        self.at += 2
        return WordList(name, given, sampler, Place(self.text, start))

    def list_name(self) -> Sequence:
        parts: list[Node] = []
        while self.at < len(self.text) and not self.ahead("__"):
            if found := _LIST_NAME.match(self.text, self.at):
                parts.append(Literal(found.group()))
                self.at = found.end()
            elif self.ahead("${"):
                parts.append(self.variable(top=False))
            elif self.ahead("{"):
                parts.append(self.group())
            else:
                break
        return Sequence(tuple(parts))

    def parameter(self, given: str) -> tuple[str, Sequence]:
        found = _PARAMETER.fullmatch(given)
        if found is None:
            raise self.refused(f"a list is given values as (variable=value), not {given[:40]!r}")
        return found.group(1), read(found.group(2).strip())
