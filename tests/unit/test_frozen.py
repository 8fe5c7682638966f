"""Models that do not change, and are built at their first use."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import ValidationError, create_model

from collage.frozen import Frozen

THREADS, MODELS = 8, 100


class Bowl(Frozen):
    """Anything."""

    litres: float


def test_what_is_made_stays_as_it_is():
    bowl = Bowl(litres=1.5)

    with pytest.raises(ValidationError, match="frozen"):
        bowl.litres = 2


def test_threads_that_use_a_model_first_at_once_find_it_whole():
    """Without its lock some of these threads find no validator."""
    models = [create_model(f"Bowl{n}", __base__=Bowl, inner=(Bowl, ...)) for n in range(MODELS)]

    def fill(litres: int) -> list[str]:
        texts = [f'{{"litres":{litres}.0,"inner":{{"litres":1.0}}}}']
        try:
            for model in models:
                together.wait()
                texts.append(model.model_validate_json(texts[0]).model_dump_json())
        except Exception:
            together.abort()
            raise
        return texts

    together, interval = Barrier(THREADS), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(fill, range(THREADS)))
    finally:
        sys.setswitchinterval(interval)

    assert [set(texts) for texts in found] == [{texts[0]} for texts in found]


def test_an_import_builds_only_those_that_it_makes_one_of():
    code = """
import collage.steps.render_tile
from collage.frozen import Frozen
models = [Frozen]
for model in models:
    models += model.__subclasses__()
print(*(model.__name__ for model in models if model.__pydantic_complete__))
"""
    built = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert set(built.split()) == {"Pyramid", "TileCounts"}


def test_what_is_built_ahead_is_not_what_others_are_made_from():
    code = """
from collage.frozen import Frozen, build
class Vessel(Frozen):
    litres: float
class Jug(Vessel):
    lid: bool
build()
print(Vessel.__pydantic_complete__, Jug.__pydantic_complete__, Vessel(litres=1))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout == "False True litres=1.0\n"


def test_slim_models_say_the_same_and_share_no_change():
    class Cup(Frozen):
        litres: float
        colour: str = "blue"

    full, half, red = Cup(litres=1).slim(), Cup(litres=0.5).slim(), Cup(litres=1, colour="red")

    assert full.model_fields_set is half.model_fields_set
    assert full.model_copy(update={"colour": "red"}) == red.slim()
    assert full.model_dump(exclude_unset=True) == {"litres": 1}
    assert half.model_fields_set == {"litres"}
