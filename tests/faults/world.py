"""A small stack on moto that can be put back to how it was, and says what lies in it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config
from moto import backend_index
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.stepfunctions.models import stepfunctions_backends

from collage import services
from collage.digest import sha256
from collage.engines.engine import Engine, Outcome, Turn
from collage.engines.openai.settings import OpenAISettings
from collage.settings import Settings
from collage.spending.limits import Limits
from collage.steps import materials
from collage.store.store import Store
from collage.tile import Tile
from collage.watch.runs import Runs
from tests.faults.injector import Injector
from tests.mocked import mocked
from tests.unit.pictures import encode, noise

UPLOADS, COLLAGES, TABLE = "uploads-bucket", "collages-bucket", "limits"
SERVICES = {"s3", "dynamodb", "stepfunctions", "secretsmanager"}
ACCOUNT, REGION = "123456789012", "us-east-1"
SOURCE = "uploads/photo.png"
SMALL: dict[str, Any] = {
    "rows": 2,
    "cols": 2,
    "size": 32,
    "cell": 16,
    "style_count": 3,
    "masks": ["left", "right"],
    "metadata": False,
}
"""Four tiles of styles that are yet to be listed. Their pictures do not say when they were made, so
that runs can be compared."""

TIMES = {"created", "seconds", "since", "ended", "render_seconds"}
"""Fields of records that say when, or how long."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Watched:
    """An engine that is seen to make tiles which are there already: ``wasted``."""

    engine: Engine
    world: World
    wasted: list[str] = field(default_factory=list)

    def render(
        self, tiles: Sequence[Tile], source: bytes | None, mask: bytes | None, turn: Turn
    ) -> Sequence[Outcome]:
        finished = self.world.finished()
        self.wasted += [tile.key for tile in tiles if tile.key in finished]
        return self.engine.render(tiles, source, mask, turn)


@dataclass
class World:
    """Buckets, table, runs and engines, with an injector before all of them."""

    store: Store
    runs: Runs
    injector: Injector
    dynamodb: Any
    services: services.Services = field(init=False)
    engine: Watched = field(init=False)

    def serve(self, name: str, engine: Engine, **provider: Any) -> None:
        """Have the tiles of an engine made by this one."""
        settings = Settings(
            uploads_bucket=UPLOADS, collages_bucket=COLLAGES, min_share=0.5, limits_table=TABLE
        )
        pace = {"images_per_minute": 600_000, "burst": 1000}
        self.services = services.Services(settings, {"openai": OpenAISettings(**pace, **provider)})
        self.engine = Watched(engine, self)
        made: Any = self.services.__dict__
        made["_engines"] = {name: self.engine}
        made["limits"] = Limits(self.dynamodb, TABLE, daily_usd=1000)

    def forget(self) -> None:
        """As a new process begins: nothing is remembered, and it may send."""
        for once in (materials.accepted, materials._source):
            once.cache_clear()
        materials._masks.clear()
        # A process makes its client of the provider, for which it reads the secret, once.
        self.services.__dict__.pop("_clients", None)
        self.injector.revive()

    def objects(self, bucket: str = COLLAGES) -> dict[str, bytes]:
        """What lies in a bucket, past the injector."""
        return {name: bytes(key.value) for name, key in _bucket(bucket).keys.items()}

    def finished(self) -> dict[str, str]:
        """The tiles whose sidecar and picture are there and agree: the picture's digest by key."""
        keys, found = _bucket(COLLAGES).keys, {}
        for name in list(keys):
            if name.startswith("tiles/") and name.endswith(".json"):
                told = json.loads(keys[name].value)["sha256"]
                picture = keys.get(name.removesuffix(".json") + ".png")
                if picture is not None and sha256(bytes(picture.value)) == told:
                    found[name.removeprefix("tiles/").removesuffix(".json")] = told
        return found

    def uploads_under_way(self) -> int:
        """Files in parts that were begun and neither finished nor given up."""
        return sum(len(_bucket(name).multiparts) for name in (UPLOADS, COLLAGES))

    def numbers(self, prefix: str) -> dict[str, int]:
        """The numbers in the table under names that begin so, without that."""
        found = {}
        for row in dynamodb_backends[ACCOUNT][REGION].tables[TABLE].items.values():
            plain = {name: value.value for name, value in row.attrs.items()}
            if plain["name"].startswith(prefix):
                value = plain.get("times", plain.get("micros", 0))
                found[plain["name"].removeprefix(prefix)] = int(value)
        return found

    def state(self) -> dict[str, str]:
        """All that lies in the collages bucket, but for times: two runs that agree are the same."""
        return {
            re.sub(r"^index/\d+", "index/", name): _timeless(name, data)
            for name, data in self.objects().items()
        }

    def end_runs(self) -> None:
        """Executions that are under way end: moto's run nothing by themselves here."""
        machine = stepfunctions_backends[ACCOUNT][REGION].state_machines[0]
        for execution in machine.executions:
            if execution.status == "RUNNING":
                execution.stop()

    def remember(self) -> Memory:
        """How everything is, for `restore`."""
        machine = stepfunctions_backends[ACCOUNT][REGION].state_machines[0]
        return Memory(
            {name: _copies(_bucket(name).keys.items()) for name in (UPLOADS, COLLAGES)},
            copy.deepcopy(dynamodb_backends[ACCOUNT][REGION].tables[TABLE].items),
            list(machine.executions),
        )

    def restore(self, memory: Memory) -> None:
        """Put everything back, in a new process."""
        for name, items in memory.buckets.items():
            bucket = _bucket(name)
            bucket.keys.clear()
            bucket.multiparts.clear()
            for key, value in _copies(items):
                bucket.keys[key] = value
        tables = dynamodb_backends[ACCOUNT][REGION].tables
        tables[TABLE].items = copy.deepcopy(memory.items)
        machine = stepfunctions_backends[ACCOUNT][REGION].state_machines[0]
        machine.executions[:] = copy.copy(memory.executions)
        self.engine.wasted.clear()
        self.forget()


@dataclass(frozen=True)
class Memory:
    """A world at one moment."""

    buckets: dict[str, list[tuple[str, Any]]]
    items: Any
    executions: list[Any]


@contextmanager
def world() -> Iterator[World]:
    """An empty stack with one picture put into it; nothing is served yet."""
    # Every request is matched against the addresses of all services that moto knows.
    known = [one for one in backend_index.backend_url_patterns if one[0] in SERVICES]
    with (
        mock.patch.dict("os.environ", ENVIRONMENT),
        mock.patch.object(backend_index, "backend_url_patterns", known),
        mocked(),
    ):
        injector = Injector()
        injector.watch()
        once = Config(retries={"total_max_attempts": 1})
        s3, states, dynamodb = (
            boto3.client(name, config=once) for name in ("s3", "stepfunctions", "dynamodb")
        )
        for bucket in (UPLOADS, COLLAGES):
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=UPLOADS, Key=SOURCE, Body=encode(noise((40, 30))))
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        )
        machine = states.create_state_machine(
            name="runs",
            definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/r",
        )
        store = Store(s3, UPLOADS, COLLAGES)
        try:
            yield World(store, Runs(states, machine["stateMachineArn"]), injector, dynamodb)
        finally:
            boto3.DEFAULT_SESSION = None


def _bucket(name: str) -> Any:
    return s3_backends[ACCOUNT]["aws"].buckets[name]


def _copies(items: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Objects as moto has them; it closes the file of one that is put again."""
    return [(name, copy.deepcopy(value)) for name, value in items]


def _timeless(name: str, data: bytes) -> str:
    if name.endswith(".json"):
        data = json.dumps(_without_times(json.loads(data)), sort_keys=True).encode()
    elif name.endswith("manifest.js"):
        return "as manifest.json"
    return sha256(data)


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if k not in TIMES}
    return [_without_times(v) for v in value] if isinstance(value, list) else value
