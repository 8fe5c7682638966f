"""Clients are made from the API's description by generators that people use."""

import json
import os
import subprocess

import pytest

from tests.infrastructure.shipped import ROOT
from web.build import programs

PYTHON = ROOT / ".clients" / "bin" / "python"
USE = """
from api_client.api.collages import create_collage
from api_client.client import Client
from api_client.models import Asked, Problem, Started

client = Client(base_url="https://example.com")
asked = Asked(source="sources/photo", rows=2, styles=["Cubism", "Baroque"])
answer = create_collage.sync(client=client, body=asked)
if isinstance(answer, Started):
    print(answer.id.upper(), answer.estimate.tiles + 1)
elif isinstance(answer, Problem):
    print(answer.detail.upper())
"""

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


@pytest.mark.skipif(not PYTHON.exists(), reason="make install was not run")
def test_a_python_client_is_made_and_its_types_checked(api, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(api("GET", "/openapi.json").json))
    (tmp_path / "use.py").write_text(USE)

    def run(*arguments):
        done = subprocess.run(
            [str(PYTHON), "-m", *arguments],
            cwd=tmp_path,
            # It has its own code formatted by what lies beside Python.
            env={**os.environ, "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    made = run(
        "openapi_python_client", "generate", "--path=openapi.json", "--meta=none",
        "--output-path=api_client", "--fail-on-warning",
    )  # fmt: skip
    checked = run(
        "mypy", "--strict", "--follow-imports=silent", "--python-executable", str(PYTHON), "use.py",
    )  # fmt: skip

    assert "Warning" not in made
    assert "Success" in checked
