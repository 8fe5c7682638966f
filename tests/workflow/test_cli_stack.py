"""The command against a stack that runs: as one deployed is reached, and one handed over by `up`.

`collage up` is the stack. Its variables are an account, and nothing of a laptop cloud is left to be
found then: this is how every stack at AWS is reached.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.fake_openai.gated import Gated
from tests.unit.pictures import decode, encode, noise
from tests.workflow.command import Command
from tests.workflow.running import eventually, photo

ROOT = Path(__file__).parents[2]
KEY = "sk-test-a-key"
SMALL = [
    "--rows", "2", "--cols", "3", "--size", "64", "--cell", "32",
    "--styles", "Cubism,Baroque,Op Art",
]  # fmt: skip
TWELVE = ["--rows", "3", "--cols", "4", *SMALL[4:]]
PAID = ["--engine", "openai", "--quality", "low"]


@dataclass(frozen=True)
class Up:
    """A running `collage up`: the process, what it said, and the variables among that."""

    process: "subprocess.Popen[str]"
    command: Command
    said: str
    variables: dict[str, str]

    def line(self) -> str:
        assert self.process.stderr
        return self.process.stderr.readline().rstrip("\n")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.variables["AWS_ENDPOINT_URL"],
            region_name=self.variables["AWS_REGION"],
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
        )

    def user(self, name: str, policy: dict[str, Any] | None) -> dict[str, str]:
        """The variables of another user of the account, who may do this much."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if policy is not None:
            text = json.dumps(policy)
            iam.put_user_policy(UserName=name, PolicyName="collage", PolicyDocument=text)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {
            **self.variables,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }


@pytest.fixture(scope="module")
def fake() -> Iterator[Gated]:
    with Gated(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory, fake: Gated) -> Iterator[Up]:
    command = Command(tmp_path_factory.mktemp("owner"))
    parameters = {
        "ImagesPerMinute": "1200", "ImagesAtOnce": "20", "LatencySeconds": "0.1",
        "MaxConcurrency": "2", "MaxSourceMegapixels": "1",
    }  # fmt: skip
    given = [f"--parameter={name}={value}" for name, value in parameters.items()]
    keyed = command.given(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=fake.base_url)
    with keyed.begun("up", *given) as process:
        assert process.stderr
        said = ""
        while "Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        variables = dict(re.findall(r"export (\w+)=(.*)", said))
        yield Up(process, command, said, variables)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


@pytest.fixture(scope="module")
def account(up: Up, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command of a user who knows the account alone, and may do what the docs say it takes."""
    text = (ROOT / "docs" / "command.md").read_text()
    policy = re.search(r'```json\n(\{\s*"Version": .*?)```', text, re.DOTALL)
    assert policy
    known = up.user("artist", json.loads(policy[1].replace("collage-dev", "collage")))
    return Command(tmp_path_factory.mktemp("elsewhere"), known).given(COLLAGE_STACK="collage")


def test_the_logs_of_a_deployed_stack_are_those_of_all_its_groups_in_order(
    up: Up, account: Command
) -> None:
    (account.home / "logged.png").write_bytes(photo(40))
    made = account.answer("run", "logged.png", *SMALL, "--out", "logged")["id"]
    logs = up.client("logs")
    now = int(time.time() * 1000)
    groups = {
        "/aws/lambda/collage-RenderTile": {"message": "done", "collage_id": made},
        "/aws/lambda/collage-MakeMasks": {"message": "begun", "collage_id": made},
        "/aws/vendedlogs/states/collage-collage": {"execution_arn": f"arn:aws:x:{made}-2"},
        "/aws/lambda/collage-Api": {"message": "answered", "collage_id": "f" * 20},
    }
    for place, (group, line) in enumerate(groups.items()):
        logs.create_log_stream(logGroupName=group, logStreamName="one")
        event = {"timestamp": now - place * 1000, "message": json.dumps(line)}
        logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[event])

    lines = account.answer("logs", made)["lines"]

    assert [line["from"] for line in lines] == list(groups)[2::-1]
    assert lines[1]["message"] == "begun"


def test_every_command_works_on_a_stack_as_on_the_laptop(up: Up, account: Command) -> None:
    (account.home / "photo.png").write_bytes(photo(1))

    estimate = account.answer("estimate", "photo.png", *SMALL)
    run = account.answer("run", "photo.png", *SMALL, "--out", "ran")
    seen = account.answer("status", run["id"])
    listed = account.answer("list", "--limit", "1")
    watched = account.answer("watch", run["id"])
    fetched = account.answer("fetch", run["id"], "--out", "fetched")
    laid = account.answer("assemble", run["id"], "--rows", "3", "--cols", "2", "--out", "laid")
    resumed = account.answer("resume", run["id"], "--out", "resumed")
    remade = account.answer("remake", "ran/collage.png", "photo.png", "--out", "remade")

    assert (estimate["tiles"], estimate["calls"], estimate["reused"]) == (6, 6, 0)
    assert (run["state"], run["tiles"]) == ("done", {"done": 6})
    assert seen["tiles"] == {"total": 6, "done": 6, "failed": 0, "refused": 0}
    assert listed["collages"] == [seen]
    assert (watched, seen["state"]) == (seen, "done")
    assert fetched == {**run, **{k: fetched[k] for k in fetched if "fetched" in str(fetched[k])}}
    pictures = [
        (account.home / made["collage"]).read_bytes() for made in (run, fetched, resumed, remade)
    ]
    assert len(set(pictures)) == 1
    assert decode((account.home / laid["collage"]).read_bytes()).size == (64, 96)
    assert resumed["id"] == remade["id"] == run["id"]
    # All of it was done by the cloud that ran already.
    assert not (account.home / "cache").exists()


def test_doctor_looks_at_a_cloud_that_is_up_and_says_what_cannot_be_known_there(
    up: Up, account: Command
) -> None:
    owner = up.command("doctor")
    artist = account("doctor", "--json")

    assert owner.exit_code == 0, owner.output
    assert KEY not in owner.output
    states = {check: state for state, check in re.findall(r"(?m)^(\S+) +([\w-]+)", owner.output)}
    assert states["secret"] == states["buckets"] == states["functions"] == "ok"
    assert states["managed-rule"] == states["models"] == "--"
    # Who may do no more than make collages is told what cannot be asked, and of no fault.
    assert artist.exit_code == 0, artist.output
    denied = {one["check"]: one for one in json.loads(artist.stdout)["checks"]}["secret"]
    assert (denied["state"], "secretsmanager:GetSecretValue" in denied["said"]) == (
        "not checked", True,
    )  # fmt: skip


def test_a_cloud_that_is_up_is_used_by_commands_that_name_no_stack(up: Up) -> None:
    (up.command.home / "photo.png").write_bytes(photo(2))

    done = up.command("run", "photo.png", *SMALL, *PAID)

    assert done.exit_code == 0
    lines = done.stderr.splitlines()
    begun = lines.index("start")
    assert re.fullmatch(r"6 tiles by 6 calls, about \$0\.\d\d", lines[begun + 1])
    summary = next(line for line in lines if line.startswith("Collage "))
    table = up.command("list", "--limit", "1").stdout.splitlines()
    assert table[0].split() == ["ID", "STATE", "TILES", "COST", "CREATED"]
    assert table[1].split()[1:4] == ["done", "6/6", summary.split(", ")[-1]]


@pytest.mark.parametrize(
    "own",
    [
        {"AWS_PROFILE": ""},
        {"AWS_PROFILE": "gone"},
        {"AWS_DEFAULT_PROFILE": "gone"},
        {"AWS_CONFIG_FILE": "broken"},
        {"AWS_SHARED_CREDENTIALS_FILE": "broken"},
        {"AWS_CONFIG_FILE": "far"},
        {"AWS_RETRY_MODE": "none such"},
        {"AWS_MAX_ATTEMPTS": "many"},
        {"AWS_CA_BUNDLE": "/no/such/file"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"HTTP_PROXY": "http://127.0.0.1:9"},
    ],
    ids=lambda own: "=".join(next(iter(own.items()))),
)
def test_a_user_s_own_aws_does_not_touch_a_cloud_that_is_up(up: Up, own: dict[str, str]) -> None:
    (up.command.home / "broken").write_text("[default\nregion")
    (up.command.home / "far").write_text(
        "[default]\nregion = eu-west-1\nsso_session = none\n"
        "s3 =\n  use_accelerate_endpoint = true\n"
    )

    done = up.command.given(**own)("list")

    assert (done.exit_code, done.stderr) == (0, "")


def test_it_does_what_it_was_started_with(up: Up) -> None:
    (up.command.home / "photo.png").write_bytes(photo(2))
    (up.command.home / "large.png").write_bytes(encode(noise((1001, 1000), 2)))

    other = up.command("run", "photo.png", *SMALL, "--parameter", "MaxConcurrency=3")
    large = up.command("run", "large.png", *SMALL)

    assert (other.exit_code, large.exit_code) == (2, 2)
    assert other.stderr == (
        "InvalidRequest: parameter: the stack runs already and has MaxConcurrency=2.\n"
    )
    assert large.stderr.startswith(
        "SourceTooLarge: large.png: The source is 1001 x 1000 pixels; at most 1,000"
    )


def test_a_run_that_is_cancelled_ends_so_and_can_be_resumed(
    up: Up, account: Command, fake: Gated
) -> None:
    (account.home / "photo.png").write_bytes(photo(3))
    before = fake.images
    fake.let(2)
    with account.begun("run", "photo.png", *TWELVE, *PAID) as process:
        collage = eventually(lambda: account.newest(tiles=2), pause=0.5)
        cancelled = account("cancel", collage["id"])
        fake.open()
        _, said = process.communicate()
    seen = account.answer("status", collage["id"])
    unfinished = account("fetch", collage["id"], "--out", "unfinished")
    again = account.answer("resume", collage["id"], "--out", "finished")

    assert (collage["state"], collage["phase"]) == ("running", "tiles")
    assert cancelled.exit_code == 0
    assert "state    cancelled" in cancelled.stdout
    assert process.returncode == 1
    assert "Cancelled: " in said.splitlines()[-1]
    assert f"collage resume {collage['id']} --stack collage\n" in said
    assert seen["state"] == "cancelled"
    assert seen["tiles"]["done"] == 2
    assert unfinished.exit_code == 1
    assert unfinished.stderr == (
        f"NotMade: Collage {collage['id']} is not made: it is cancelled.\n"
    )
    assert again["state"] == "done"
    assert fake.images == before + 12


def test_looking_away_leaves_the_run_going(up: Up, account: Command, fake: Gated) -> None:
    (account.home / "photo.png").write_bytes(photo(4))
    before = fake.images
    fake.let(2)
    with account.begun("run", "photo.png", *TWELVE, *PAID) as process:
        eventually(lambda: account.newest(tiles=2), pause=0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    collage = account.answer("list", "--limit", "1")["collages"][0]["id"]
    with account.begun("watch", collage) as watching:
        assert watching.stderr
        eventually(lambda: watching.stderr.readline() == "tiles 12\n")
        watching.send_signal(signal.SIGINT)
        _, hint = watching.communicate()
    fake.open()
    seen = account.answer("watch", collage)

    assert (process.returncode, watching.returncode) == (130, 130)
    assert f"The run goes on: collage watch {collage} --stack collage\n" in said
    assert f"To look again: collage watch {collage} --stack collage\n" in hint
    assert (seen["state"], seen["run"]) == ("done", collage)
    assert fake.images == before + 12


def test_a_run_on_a_cloud_of_its_own_can_be_looked_at_and_stopped(
    tmp_path: Path, fake: Gated
) -> None:
    command = Command(tmp_path).given(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=fake.base_url)
    (tmp_path / "photo.png").write_bytes(photo(6))
    given = ("ImagesPerMinute=1200", "ImagesAtOnce=20", "MaxConcurrency=2")
    pace = [f"--parameter={parameter}" for parameter in given]
    fake.close()
    with command.begun("run", "photo.png", *TWELVE, *PAID, *pace) as process:
        assert process.stderr
        eventually(lambda: process.stderr.readline() == "tiles 12\n")
        collage = command.answer("list")["collages"][0]["id"]
        other = command("run", "photo.png", *SMALL, "--json")
        stopped = command.answer("cancel", collage)
        _, said = process.communicate()
    fake.open()

    assert (other.exit_code, json.loads(other.stdout)["error"]) == (1, "StateError")
    assert stopped["state"] == "cancelled"
    assert process.returncode == 1
    assert f"collage {collage} can go on: collage resume {collage}\n" in said


def test_a_list_is_given_page_by_page(up: Up, account: Command) -> None:
    (account.home / "photo.png").write_bytes(photo(5))
    for seed in ("1", "2"):
        account.answer("run", "photo.png", *SMALL, "--tiles", "1", "--seed", seed)

    whole = account.answer("list")["collages"]
    first = account.answer("list", "--limit", "1")
    rest = account.answer("list", "--after", first["next"])

    assert len(whole) >= 2
    assert first["collages"] + rest["collages"] == whole
    assert rest["next"] is None
    created = [one["created"] for one in whole]
    assert created == sorted(created, reverse=True)
    said = account("list", "--limit", "1").stderr
    assert said == f"There are more: --after {first['next']}\n"


def test_what_up_says_is_true(up: Up) -> None:
    s3, outputs = up.client("s3"), up.client("cloudformation").describe_stacks()["Stacks"][0]
    bucket = next(o["OutputValue"] for o in outputs["Outputs"] if o["OutputKey"] == "UploadsBucket")
    curl = re.search(r"curl .*\n.*/collages", up.said)
    assert curl
    assert f"s3://{bucket}/uploads/" in up.said

    s3.put_object(Bucket=bucket, Key="uploads/notes.txt", Body=b"no picture at all")

    refusal = "uploads/notes.txt is refused: "
    eventually(lambda: up.line().startswith(refusal))
    if shutil.which("curl"):
        answer = subprocess.run(
            ["bash", "-c", f"{curl[0]}?limit=1"],
            env={**os.environ, **up.variables},
            capture_output=True,
            check=True,
        )
        assert json.loads(answer.stdout).keys() == {"items", "next"}


def wrong(command: Command, *arguments: str) -> str:
    """The one line that a command says which is refused."""
    done = command(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_what_is_wrong_with_a_stack_is_said_by_name(up: Up, account: Command) -> None:
    other = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    up.client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps(other))

    assert wrong(account, "list", "--stack", "nowhere") == (
        "NoSuchStack: There is no stack nowhere in us-east-1 with these credentials.\n"
    )
    assert wrong(account, "list", "--stack", "other") == (
        "OtherStack: The stack other is none of this pack: it has no output UploadsBucket.\n"
    )
    assert wrong(account, "status", "0123456789abcdef0123") == (
        "NotInStore: There is no collage 0123456789abcdef0123 here.\n"
    )
    assert wrong(account, "cancel", "../other").startswith("NotInStore: ")
    assert "give either --state or --stack" in wrong(account, "list", "--state", "state")


def test_what_is_wrong_with_credentials_is_said_by_name(up: Up, account: Command) -> None:
    guest = account.given(**up.user("guest", None))
    nobody = Command(account.home)

    assert "lack the permission cloudformation:DescribeStacks" in wrong(guest, "list")
    assert wrong(account.given(AWS_ACCESS_KEY_ID="AKIAX"), "list").startswith("BadCredentials: ")
    assert wrong(nobody, "list", "--stack", "collage").startswith("NoRegion: ")
    abroad = nobody.given(AWS_REGION="eu-west-1")
    assert wrong(abroad, "list", "--stack", "collage").startswith("NoCredentials: ")
    profile = nobody.given(AWS_PROFILE="gone")
    assert wrong(profile, "list", "--stack", "collage").startswith("NoCredentials: ")
    away = account.given(AWS_ENDPOINT_URL="http://127.0.0.1:9")("list", "--json")
    assert (away.exit_code, json.loads(away.stdout)["error"]) == (1, "Unreachable")
