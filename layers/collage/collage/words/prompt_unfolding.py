"""What a prompt that has been read stands for: all of it, or texts drawn at random."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import accumulate, chain, combinations, islice, permutations, product
from math import comb, perm
from random import Random
from typing import NamedTuple

from collage.words import MAX_PROMPTS, Words
from collage.words import prompt_syntax as syntax
from collage.words.prompt_syntax import Place, PromptError

MAX_STEPS = 200_000
"""Parts of a text that are unfolded, each as often as it is: about a second."""

MAX_LETTERS = 100_000_000
"""Letters that are put together for one text: well above MAX_PROMPTS of the longest prompts."""

_SPECIAL = re.compile(r"[\\{}$%_#/|]|^\s*[\d.]+::")
"""What a word has that is more than plain text."""

_GAP = re.compile("[\u1801\u2026\u22ee\u22ef\u22f0\u22f1\ufe19]+|\\.{3,}")
"""Where in a wrapper its inside goes."""


class _Bound(NamedTuple):
    """A variable's value, in the variables of where it was given, or of where it is used."""

    value: syntax.Sequence
    within: _Scope | None = None


@dataclass(frozen=True)
class _Scope:
    """What is known at a place: variables, and the lists and variables that are under way."""

    variables: Mapping[str, _Bound] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()

    def having(self, variables: Mapping[str, _Bound]) -> _Scope:
        return _Scope({**self.variables, **variables}, self.inside)

    def entering(self, name: str) -> _Scope:
        return _Scope(self.variables, self.inside | {name})


class _Word(NamedTuple):
    weight: float
    value: syntax.Sequence


@dataclass
class Unfolding:
    """The word lists that texts are unfolded with, and what that has taken so far."""

    words: Words
    steps: int = 0
    letters: int = 0
    _read: dict[str, tuple[_Word, ...]] = field(default_factory=dict)

    def all(self, text: str, *, template: bool = False) -> list[str]:
        """Every text that ``text`` stands for, the first alternative varying slowest.

        Raises:
            PromptError: for what cannot be read, is not known, or is too much.
            RecursionError: when it is nested too deeply.
        """
        return self._all(syntax.read(text, template=template), _Scope(), Place(text, 0))

    def drawn(self, text: str, seed: str, *, template: bool = False) -> Iterator[str]:
        """Texts at random of all that ``text`` stands for, without end, by the weights.

        Raises:
            PromptError: for what cannot be read, is not known, or is too much.
            RecursionError: when it is nested too deeply.
        """
        # Of all methods of Random only this one is the same in every version of Python.
        chance = Random(seed).random  # noqa: S311  pictures, no secrets
        tree = syntax.read(text, template=template)
        while True:
            yield _Drawing(self, chance).draw(tree, _Scope(), Place(text, 0))

    def step(self, place: Place, letters: int = 0) -> None:
        """Count a part that is unfolded, and the letters that it was put together of."""
        self.steps += 1
        self.letters += letters
        if self.steps > MAX_STEPS or self.letters > MAX_LETTERS:
            raise place.error("there is too much to unfold")

    def bounded(self, made: Iterable[str], place: Place) -> list[str]:
        """What is made, which is not made to its end where that is too much."""
        found = list(islice(made, MAX_PROMPTS + 1))
        if len(found) > MAX_PROMPTS:
            raise _too_many(place)
        self.step(place, sum(map(len, found)))
        return found

    def _all(self, node: syntax.Node, scope: _Scope, place: Place) -> list[str]:
        match node:
            case syntax.Literal():
                return [node.text]
            case syntax.Sequence():
                return self._sequence(node, scope, place)
            case syntax.Group():
                return self._group(node, scope)
            case syntax.WordList():
                return self._listed(node, scope)
            case syntax.Use():
                value, within = self.used(node, scope)
                return self._all(value, within, node.place)
            case syntax.Wrapped():
                wrappers = self._all(node.wrapper, scope, place)
                inner = self._all(node.inner, scope, place)
                pairs = product(wrappers, inner)
                return self.bounded((wrap(outer, each) for outer, each in pairs), place)
            case syntax.Assignment():
                raise AssertionError("is taken out of its sequence")

    def _sequence(self, node: syntax.Sequence, scope: _Scope, place: Place) -> list[str]:
        set_here = [part for part in node.parts if isinstance(part, syntax.Assignment)]
        others = [part for part in node.parts if not isinstance(part, syntax.Assignment)]
        if not set_here:
            return self._joined(others, scope, place)
        scopes = [scope]
        for one in set_here:
            scopes = [each for known in scopes for each in self._having(one, known, place)]
            if len(scopes) > MAX_PROMPTS:
                raise _too_many(place)
        made = chain.from_iterable(self._joined(others, each, place) for each in scopes)
        return self.bounded(made, place)

    def _having(self, one: syntax.Assignment, scope: _Scope, place: Place) -> list[_Scope]:
        if one.keeps and one.name in scope.variables:
            return [scope]
        if not one.immediate:
            return [scope.having({one.name: _Bound(one.value)})]
        values = self._all(one.value, scope, place)
        return [scope.having({one.name: _fixed(value)}) for value in values]

    def _joined(self, parts: Sequence[syntax.Node], scope: _Scope, place: Place) -> list[str]:
        pools, total = [], 1
        for part in parts:
            pools.append(self._all(part, scope, place))
            total *= len(pools[-1])
            if total > MAX_PROMPTS:
                raise _too_many(place)
        self.step(place, sum(total // len(pool) * sum(map(len, pool)) for pool in pools))
        return ["".join(chosen) for chosen in product(*pools)]

    def _group(self, node: syntax.Group, scope: _Scope) -> list[str]:
        if node.sampler == "~":
            raise node.place.error("~ draws at random, which is asked for by a number: sample")
        words, within = self.options(node, scope)
        pools = [self._all(each.value, within, node.place) for each in words]
        least, most = sizes(node, len(pools))
        counted = perm if node.ordered else comb
        if sum(counted(len(pools), size) for size in range(least, most + 1)) > MAX_PROMPTS:
            raise _too_many(node.place)
        chosen = permutations if node.ordered else combinations
        return self.bounded(
            (
                node.joint.join(texts)
                for size in range(least, most + 1)
                for picked in chosen(pools, size)
                for texts in product(*picked)
            ),
            node.place,
        )

    def _listed(self, node: syntax.WordList, scope: _Scope) -> list[str]:
        if node.sampler == "~":
            raise node.place.error("~ draws at random, which is asked for by a number: sample")
        made = (
            text
            for name in self._all(node.name, scope, node.place)
            for words, within in self.lists(node, name, scope)
            for word in words
            for text in self._all(word.value, within, node.place)
        )
        return self.bounded(made, node.place)

    def options(self, node: syntax.Group, scope: _Scope) -> tuple[Sequence[_Word], _Scope]:
        """The alternatives of a group, which may be the words of one list."""
        _no_turns(node)
        sole = _sole_list(node)
        if sole is None:
            return [_Word(each.weight, each.value) for each in node.options], scope
        found = [
            each
            for name in self._all(sole.name, scope, sole.place)
            for each in self.lists(sole, name, scope)
        ]
        words = tuple(chain.from_iterable(words for words, _ in found))
        inside = frozenset().union(*(within.inside for _, within in found))
        return words, _Scope(found[0][1].variables, inside)

    def lists(
        self, node: syntax.WordList, name: str, scope: _Scope
    ) -> Iterator[tuple[Sequence[_Word], _Scope]]:
        """The words of every list of that name, and what is known in them."""
        _no_turns(node)
        name = name.strip()
        found = [name] if name in self.words else []
        if "*" in name:
            found = [each for each in self.words if fnmatchcase(each, name)]
        if not found:
            known = ", ".join(sorted(self.words)) or "none"
            raise node.place.error(f"there is no word list {name!r}; there are: {known}")
        given = {key: _Bound(value, scope) for key, value in node.parameters}
        for each in found:
            if each in scope.inside:
                raise node.place.error(f"the word list {each!r} holds itself")
            yield self._words(each, node.place), scope.entering(each).having(given)

    def _words(self, name: str, place: Place) -> tuple[_Word, ...]:
        """The words of a list, of which comments are none."""
        if name not in self._read:
            read = tuple(filter(None, map(_word, self.words[name])))
            if not read:
                raise place.error(f"the word list {name!r} has no words")
            self._read[name] = read
        return self._read[name]

    def used(self, node: syntax.Use, scope: _Scope) -> tuple[syntax.Sequence, _Scope]:
        """A variable's value, and what is known in it."""
        self.step(node.place)
        bound = scope.variables.get(node.name)
        if bound is None:
            if node.default is None:
                known = ", ".join(sorted(scope.variables)) or "none"
                raise node.place.error(f"there is no variable {node.name!r}; set are: {known}")
            return node.default, scope
        if bound.within is not None:
            return bound.value, bound.within
        if (mark := f"${node.name}") in scope.inside:
            raise node.place.error(f"the variable {node.name!r} holds itself")
        return bound.value, scope.entering(mark)


@dataclass(frozen=True)
class _Drawing:
    """One text at random."""

    unfolding: Unfolding
    chance: Callable[[], float]

    def draw(self, node: syntax.Node, scope: _Scope, place: Place) -> str:
        match node:
            case syntax.Literal():
                return node.text
            case syntax.Sequence():
                return self._sequence(node, scope, place)
            case syntax.Group():
                return self._group(node, scope)
            case syntax.WordList():
                name = self.draw(node.name, scope, place)
                found = list(self.unfolding.lists(node, name, scope))
                words = tuple(chain.from_iterable(words for words, _ in found))
                word = words[self._pick([each.weight for each in words], node.place)]
                within = next(within for words, within in found if word in words)
                return self.draw(word.value, within, node.place)
            case syntax.Use():
                value, within = self.unfolding.used(node, scope)
                return self.draw(value, within, node.place)
            case syntax.Wrapped():
                outer, inner = (self.draw(n, scope, place) for n in (node.wrapper, node.inner))
                return wrap(outer, inner)
            case syntax.Assignment():
                raise AssertionError("is taken out of its sequence")

    def _sequence(self, node: syntax.Sequence, scope: _Scope, place: Place) -> str:
        for one in node.parts:
            if isinstance(one, syntax.Assignment) and not (
                one.keeps and one.name in scope.variables
            ):
                now = one.immediate
                value = _fixed(self.draw(one.value, scope, place)) if now else _Bound(one.value)
                scope = scope.having({one.name: value})
        parts = (part for part in node.parts if not isinstance(part, syntax.Assignment))
        text = "".join(self.draw(part, scope, place) for part in parts)
        self.unfolding.step(place, len(text))
        return text

    def _group(self, node: syntax.Group, scope: _Scope) -> str:
        words, within = self.unfolding.options(node, scope)
        least, most = sizes(node, len(words))
        weights = [each.weight for each in words]
        picked: list[int] = []
        for _ in range(least + int(self.chance() * (most - least + 1))):
            picked.append(self._pick(weights, node.place))
            weights[picked[-1]] = 0
        order = picked if node.ordered else sorted(picked)
        return node.joint.join(self.draw(words[i].value, within, node.place) for i in order)

    def _pick(self, weights: Sequence[float], place: Place) -> int:
        """The position of one of the weights, by chance."""
        sums = list(accumulate(weights))
        if not sums[-1] > 0:
            raise place.error("too few alternatives have a weight above 0")
        mark = self.chance() * sums[-1]
        return next(i for i, reached in enumerate(sums) if mark < reached)


def sizes(node: syntax.Group, count: int) -> tuple[int, int]:
    """How few and how many of so many alternatives a group takes.

    Raises:
        PromptError: when it asks for more than there are.
    """
    most = count if node.most is None else node.most
    if most > count or node.least > most:
        raise node.place.error(
            f"this asks for more alternatives than it has, {count}, or for none of a number"
        )
    return node.least, most


def wrap(outer: str, inner: str) -> str:
    """``inner`` where the first dots of ``outer`` are, or at its end."""
    before, after = (*_GAP.split(outer, maxsplit=1), "")[:2]
    return before + inner + after


def _sole_list(node: syntax.Group) -> syntax.WordList | None:
    """The list that a group with bounds takes several words of: it has nothing else."""
    parts = [
        part
        for option in node.options
        for part in option.value.parts
        if not (isinstance(part, syntax.Literal) and not part.text.strip())
    ]
    only = parts[0] if len(node.options) == 1 and len(parts) == 1 else None
    return only if node.bounded and isinstance(only, syntax.WordList) else None


def _word(text: str) -> _Word | None:
    """A word of a list; None for a comment."""
    if not _SPECIAL.search(text):
        return _Word(1.0, syntax.Sequence((syntax.Literal(text),)))
    if text.lstrip().startswith("#") and "\n" not in text:
        return None
    weighted = syntax.WEIGHT.match(text)
    weight = float(weighted.group(1)) if weighted else 1.0
    return _Word(weight, syntax.read(text[weighted.end() :] if weighted else text))


def _fixed(value: str) -> _Bound:
    return _Bound(syntax.Sequence((syntax.Literal(value),)))


def _no_turns(node: syntax.Group | syntax.WordList) -> None:
    if node.sampler == "@":
        raise node.place.error("@ takes turns, which is not understood: leave it out for all")


def _too_many(place: Place) -> PromptError:
    return place.error(f"this stands for more than {MAX_PROMPTS:,} prompts")
