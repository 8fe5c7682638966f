"""The schemas under docs are those of the models."""

import pytest

from examples import schemas


@pytest.mark.parametrize("name", schemas.MODELS)
def test_the_schema_in_the_docs_is_current(name: str) -> None:
    assert (schemas.FOLDER / f"{name}.schema.json").read_text() == schemas.text(name)
