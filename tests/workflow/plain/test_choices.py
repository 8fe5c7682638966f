"""Choices on the laptop cloud, IAM enforced: over the API, by several at once, and laid out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.credentials import Credentials

from collage.manifest import Manifest
from combinatoric_collage.cli.choice_places import InStack
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud
from tests.contract.service import Service, Signed
from tests.unit.pictures import decode
from tests.workflow.running import eventually, photo, run


@dataclass(frozen=True)
class Made:
    """A collage, its stack, and the API of that."""

    api: Service
    stack: Stack
    manifest: Manifest

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api(method, f"/collages/{self.manifest.id}/{path}", body)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def made(running: tuple[Cloud, Stack]) -> Made:
    cloud, stack = running
    known = cloud.environment
    key = Credentials(known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"])
    api = Service(cloud.outputs["ApiUrl"], Signed(key, known["AWS_REGION"]))
    return Made(api, stack, run(stack, photo(51)))


def test_many_who_choose_at_once_lose_nothing(made: Made) -> None:
    keys = [record.key for record in made.manifest.tiles]
    votes = [(f"person {number}", key) for number in range(3) for key in keys]

    def vote(one: tuple[str, str]) -> None:
        made("PATCH", "choices", {"person": one[0], "tiles": {one[1]: {"score": 3}}})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(vote, votes))

    people = made("GET", "choices")["people"]
    assert {(name, key) for name, own in people.items() for key in own} >= set(votes)


def test_the_api_and_the_command_call_the_same_person_the_same(made: Made) -> None:
    key = made.manifest.tiles[0].key

    people = made("PATCH", "choices", {"tiles": {key: {"note": "both"}}})["people"]

    assert people[InStack(made.stack, made.manifest.id).person][key]["note"] == "both"


def test_a_collage_of_the_chosen_is_made(made: Made) -> None:
    first, second = (made.manifest.tiles[index].key for index in (1, 4))
    made("PATCH", "choices", {"person": "anna", "tiles": {first: {"star": True}}})
    made("PATCH", "choices", {"person": "ben", "tiles": {second: {"star": True}}})

    relaid = made("POST", "assemble", {"only": ["starred"]})

    store, folder = made.stack.store, f"layouts/{relaid['layout']}"
    name = f"collages/{made.manifest.id}/{folder}/manifest.json"
    eventually(lambda: store._is_there(name))
    laid = store.manifest(made.manifest.id, folder)
    assert {record.key for record in laid.tiles} == {first, second}
    assert decode(store.collage(made.manifest.id, folder)).size == (64, 32)
