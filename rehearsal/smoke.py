"""``python -m rehearsal.smoke STACK``: two small collages through every door of a deployed stack.

What a user runs after the first deploy. Account and region are those of any AWS tool. What it costs
is said first; nothing is deleted. Exit code 0 when all is well, 1 when something is not.
"""

from __future__ import annotations

import os
import secrets
import sys

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks import costs
from collage.errors import CollageError
from combinatoric_collage.cli.stacks.deployed import named
from rehearsal.doors import DOORS, TILES, listed
from rehearsal.places import ROOT
from rehearsal.report import Report
from rehearsal.subject import Subject

FOLDER = ROOT / "out" / "smoke"
COUNTED = min(costs.SIZES)
"""Tiles of the smallest collage whose costs are counted."""


def price(subject: Subject) -> str:
    """What the collages cost, at most, in a sentence."""
    at_most = costs.bill(COUNTED).total
    said = (
        f"At AWS {TILES} tiles of the painter cost less than {COUNTED} larger ones, "
        f"${at_most:.3f} by docs/costs.md."
    )
    if "theme" in listed(subject):
        said += " The stack's language model is asked for one list of styles, about a cent."
    return said


def main(stack: str) -> int:
    """Look at a stack; the exit code."""
    report = Report(f"The stack {stack}, by its doors")
    try:
        api_url = os.environ.get("COLLAGE_API_URL")
        subject = Subject.named(stack, FOLDER, api_url, seed=secrets.randbelow(2**32))
        report.say(price(subject), "")
    except (BotoCoreError, ClientError) as error:
        report.say(f"{named(error).name}: {named(error)}")
        return 1
    except CollageError as error:
        report.say(f"{error.name}: {error}")
        return 1
    report.each(DOORS, subject)
    where = f"s3://{subject.stack.outputs['CollagesBucket']}/collages/"
    report.say("", f"{report.faults} faults. The collages stay in {where}")
    report.write(FOLDER / "report.txt")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
