"""Clients are made from the API's description by generators that people use."""

import json
import subprocess

import pytest

from tests.infrastructure.shipped import ROOT
from tests.unit.test_api import api, deployed
from web.build import programs

assert api
assert deployed
PACKAGE = ROOT / "tests" / "unit" / "typescript"
GENERATOR = "node_modules/openapi-typescript/bin/cli.js"
COMPILER = "node_modules/typescript/bin/tsc"


@pytest.mark.skipif(not (PACKAGE / GENERATOR).exists(), reason="make install was not run")
def test_a_typescript_client_is_made_and_compiled(api, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(api("GET", "/openapi.json").json))
    (tmp_path / "client.ts").write_text((PACKAGE / "client.ts").read_text())

    def node(*arguments):
        found = subprocess.run(
            [programs()[0], *arguments], cwd=PACKAGE, capture_output=True, text=True, check=False
        )
        assert found.returncode == 0, found.stdout + found.stderr

    # What has a default is optional to send, though always there to be read.
    made = ("--default-non-nullable=false", "--output", tmp_path / "api.d.ts")
    node(GENERATOR, tmp_path / "openapi.json", *made)
    node(COMPILER, "--strict", "--noEmit", "--target", "es2022", tmp_path / "client.ts")
