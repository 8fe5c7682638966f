"""The automata of Step Functions' language are read when a text in it is first parsed.

moto reads them as their modules are imported, which takes longer than all else of its interpreter,
and what a definition says is kept from one start to the next.
"""

import sys
from contextlib import ExitStack
from importlib import import_module
from threading import Lock
from typing import Any

from combinatoric_collage.local.moto.host import Host, replace_here

PACKAGE = "moto.stepfunctions.parser.asl.antlr.runtime"
KINDS = ("ASLLexer", "ASLParser", "ASLIntrinsicLexer", "ASLIntrinsicParser")

_READING = Lock()


class _Unread:
    """An automaton, as the numbers in which its module has it."""

    decisionToState = ()  # noqa: N815 - of ANTLR

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers


class _Later:
    """What reads automata, in whose place nothing is read."""

    def deserialize(self, numbers: list[int]) -> _Unread:
        return _Unread(numbers)


def patch(_host: Host | None, _stack: ExitStack) -> None:
    """Import the parsers; that is done once, and is the same for whoever imports them later."""
    antlr = import_module("antlr4")
    new = [name for name in KINDS if f"{PACKAGE}.{name}" not in sys.modules]
    with ExitStack() as meanwhile:
        replace_here(meanwhile, antlr, "ATNDeserializer", _Later)
        kinds = [getattr(import_module(f"{PACKAGE}.{name}"), name) for name in new]
    for kind in kinds:
        if isinstance(kind.atn, _Unread):
            _read_at_first(kind)


def _read_at_first(kind: Any) -> None:
    begin = kind.__init__

    def read(self: Any, *args: Any, **options: Any) -> None:
        antlr: Any = import_module("antlr4")
        with _READING:
            if isinstance(kind.atn, _Unread):
                kind.atn = antlr.ATNDeserializer().deserialize(kind.atn.numbers)
                decisions = enumerate(kind.atn.decisionToState)
                kind.decisionsToDFA = [antlr.DFA(state, number) for number, state in decisions]
                kind.__init__ = begin
        begin(self, *args, **options)

    kind.__init__ = read
