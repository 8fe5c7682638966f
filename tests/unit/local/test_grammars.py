"""What Step Functions' language is parsed by is read at the first text, whoever parses that."""

import json
import subprocess
import sys

from combinatoric_collage.local.moto.grammars import KINDS

CODE = """
import json, sys
from contextlib import ExitStack
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier

from combinatoric_collage.local import aws
from combinatoric_collage.local.moto import grammars, install

with aws.no_developer():
    install.bring()
grammars.patch(None, ExitStack())

kinds = [getattr(import_module(f"{grammars.PACKAGE}.{name}"), name) for name in grammars.KINDS]
unread = [kind.atn for kind in kinds]

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser as Parser

said = {"Type": "Pass", "Parameters": {"a.$": "States.Format('{}', $.a)"}, "End": True}
text = json.dumps({"StartAt": "A", "States": {"A": said}})
together = Barrier(8)

def parse(_):
    together.wait()
    return type(Parser.parse(text)[0]).__name__

sys.setswitchinterval(1e-6)
with ThreadPoolExecutor(8) as pool:
    parsed = list(pool.map(parse, range(8)))

from antlr4 import ATNDeserializer

read = [ATNDeserializer().deserialize(one.numbers) for one in unread]
print(json.dumps({
    "before": [len(one.decisionToState) for one in unread],
    "parsed": parsed,
    "begins": [kind.__init__.__qualname__ for kind in kinds],
    "states": [len(kind.atn.states) == len(one.states) for kind, one in zip(kinds, read)],
    "decisions": [
        len(kind.decisionsToDFA) == len(one.decisionToState) for kind, one in zip(kinds, read)
    ],
}))
"""


def test_automata_are_read_whole_by_whichever_threads_parse_first() -> None:
    said = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert json.loads(said.stdout) == {
        "before": [0] * 4,
        "parsed": ["Program"] * 8,
        "begins": [f"{kind}.__init__" for kind in KINDS],
        "states": [True] * 4,
        "decisions": [True] * 4,
    }
