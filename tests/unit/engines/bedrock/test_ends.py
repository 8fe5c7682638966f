"""How calls end, as docs/bedrock.md has it: by the table that prices and tries go by."""

import re

import pytest

from collage.engines import call_ends
from collage.engines.bedrock.errors import CODES
from collage.engines.call_ends import ENDS
from tests.infrastructure.shipped import ROOT

DOCS = (ROOT / "docs" / "bedrock.md").read_text()
ROWS = re.findall(r"^\| (.+) \| `(\w+)` \| (free|counted) \| (no|\d+ more) \|$", DOCS, re.M)
BY_NAME = {end.name: end for end in ENDS if end.of in ("", "bedrock")}


@pytest.mark.parametrize(("comes", "name", "price", "again"), ROWS)
def test_the_documentation_has_the_price_and_the_tries(
    comes: str, name: str, price: str, again: str
) -> None:
    end = BY_NAME[name]

    assert again == (f"{end.retries} more" if end.retries else "no")
    # What AWS filters comes as an answer, of which it is not said whether it is billed.
    filtered = "Filter reason" in comes
    assert price == ("counted" if end.counted or filtered else "free")


def test_every_code_that_has_a_name_is_there() -> None:
    described = "\n".join(comes for comes, *_ in ROWS)
    credentials = {code for code, kind in CODES.items() if kind.__name__ == "BadKey"}

    assert not [code for code in CODES.keys() - credentials if f"`{code}`" not in described]
    assert {kind.__name__ for kind in CODES.values()} <= {name for _, name, *_ in ROWS}


def test_a_filtered_answer_is_counted_and_another_refusal_free() -> None:
    assert ("200 with `Filter reason: ...`", "Refused", "counted", "no") in ROWS
    assert not BY_NAME["Refused"].counted
    assert call_ends.is_counted(call_ends.Refused("it filtered the prompt", may_be_billed=True))
