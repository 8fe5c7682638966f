"""``python -m rehearsal``: deploy as AWS does, onto MiniStack, and make collages by every door.

Exit code 0 when all is as on the laptop, 1 when something is not. The report is printed and kept
under out/rehearsal.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import boto3

from rehearsal import by_role, deployment, emulator, leftovers, locks, routes, variant
from rehearsal.doors import DOORS
from rehearsal.ends import PARAMETERS, Ends
from rehearsal.places import OUT, ROOT
from rehearsal.report import Report
from rehearsal.subject import Subject, expect
from tests.fake_bedrock import FakeBedrock
from tests.fake_openai import FakeOpenAI

STACK = "collage-rehearsal"
SECRET, KEY = "rehearsal-openai", "sk-rehearsal"
NOT_SHOWN = (
    "the HTTP API's routes as API Gateway makes them of the definition; CORS, throttling, tokens",
    "alarms by metric math; that any alarm is raised, or a mail sent",
    "that layers made for arm64 and the runtime's Python load: see make emulate",
    "the GPU's branch; versioning, lifecycle and access logs at work; X-Ray",
    "pauses, time-outs and throttles in real time: waits take no time here",
)


@contextmanager
def variables(given: Mapping[str, str]) -> Iterator[None]:
    """With an account's variables in this process, as in a user's shell."""
    before = dict(os.environ)
    clean = emulator.plain(given)
    os.environ.clear()
    os.environ.update(clean)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def laptop(fake: FakeOpenAI, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The laptop cloud at work beside this."""
    given = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": fake.base_url}
    command = [sys.executable, "-m", "rehearsal.laptop", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env=emulator.plain(given)) as process:
        try:
            yield process
        finally:
            process.terminate()


def identical(subject: Subject, reference: subprocess.Popen[bytes], folder: Path) -> str:
    """Compare pictures with those that the laptop cloud leaves in a folder."""
    expect(reference.wait() == 0, "the laptop cloud failed")
    s3, bucket = subject.stack.client("s3"), subject.stack.outputs["CollagesBucket"]
    paths = [*folder.glob("tiles/*.png"), *folder.glob("collages/*/preview.jpg")]
    expect(len(paths) >= 2, f"the laptop cloud left {len(paths)} pictures")
    for path in paths:
        key = str(path.relative_to(folder))
        found = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        expect(found == path.read_bytes(), f"{key} differs")
    return f"{len(paths)} pictures"


def checked(subject: Subject) -> str:
    """Have the command look at what the stack needs of its account."""
    found = subject.command("doctor")
    expect(found.returncode == 0, f"{found.returncode} {found.stdout[-1500:]}{found.stderr[-500:]}")
    states = [one["state"] for one in json.loads(found.stdout)["checks"]]
    return f"{states.count('ok')} of {len(states)} ok, the others are not checked here"


def alone() -> str:
    """Look at what functions could import that is not in the stack."""
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    wanted = [entry[1] for entry in locks.ENTRY.finditer(lock)]
    found = emulator.importable()
    expect(found == sorted(wanted), f"there are {', '.join(found)}")
    return ", ".join(found)


def loopback(cloud: emulator.Emulator) -> str:
    """Look at where the emulator and its functions listen."""
    found = cloud.listening()
    expect(found == {emulator.HOST}, f"they listen on {', '.join(found)}")
    return emulator.HOST


def destroyed(name: str) -> str:
    """`make destroy` leaves nothing."""
    deployment.run(
        ["make", "--silent", "destroy", f"STACK={name}", f"YES={name}"],
        os.environ,
        OUT / "destroy.log",
    )
    left = list(leftovers.of(name))
    expect(not left, f"left: {', '.join(left)}")
    return "no stack, bucket, function, role, table, queue, rule, API, log, alarm"


def deploy(report: Report, made: variant.Variant, built: Path, cloud: emulator.Emulator) -> Subject:
    """Put the stack there, and the provider's key where it looks for it."""
    boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=KEY)
    given = PARAMETERS | by_role.PARAMETERS
    given |= {"OpenAiSecret": SECRET, "OpenAiBaseUrl": os.environ["OPENAI_BASE_URL"]}
    deployment.deploy(built, STACK, given, cloud, OUT / "sam.log")
    change = routes.make(made.template, STACK)
    report.say(f"  {change}")
    subject = Subject.named(STACK, OUT / "fetched")
    api = subject.stack.outputs["ApiUrl"].removeprefix("https://").partition(".")[0]
    return Subject(subject.stack, f"{cloud.endpoint}/_aws/execute-api/{api}", subject.folder)


def main() -> int:
    """Rehearse; the exit code."""
    # Ended from outside, it takes the emulator and its functions along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    report = Report("Rehearsal: the shipped template, by the SAM CLI, on MiniStack")
    made = variant.derive(variant.shipped())
    report.section("Other than shipped", made.changes)
    report.section("Other than MiniStack", emulator.MENDED)
    with (
        FakeOpenAI(key=KEY, cheap=True) as fake,
        FakeBedrock(detail=64) as rock,
        laptop(fake, OUT / "laptop") as reference,
    ):
        report.say("", "Shown")
        built: list[Path] = []

        def build() -> str:
            built.append(deployment.build(made, OUT, OUT / "sam.log"))
            return "layers for this machine, from the same versions"

        report.look("sam build", build)
        if built:
            with emulator.running(OUT / "cloud", rock.url) as cloud:
                environment = {**cloud.environment, "OPENAI_BASE_URL": fake.base_url}
                with variables(environment):
                    rehearse(report, made, built[0], cloud, fake, rock, reference)
    report.section("Not shown here", NOT_SHOWN)
    report.say("", f"{report.faults} faults, {time.monotonic() - began:.0f} s")
    report.write(OUT / "report.txt")
    return 1 if report.faults else 0


def rehearse(
    report: Report,
    made: variant.Variant,
    built: Path,
    cloud: emulator.Emulator,
    fake: FakeOpenAI,
    rock: FakeBedrock,
    reference: subprocess.Popen[bytes],
) -> None:
    """Deploy, look at everything, delete."""
    stacks: list[Subject] = []

    def deployed() -> str:
        stacks.append(deploy(report, made, built, cloud))
        return "the whole stack, with signatures and policies enforced"

    report.look("sam deploy", deployed)
    for subject in stacks:
        report.look("Functions import their layers and what Lambda brings", alone)
        report.look("collage doctor finds nothing wrong", partial(checked, subject))
        report.each(DOORS, subject)
        report.look("Nothing listens beyond loopback", partial(loopback, cloud))
        same = partial(identical, subject, reference, OUT / "laptop")
        report.look("Tiles and previews are those of the laptop cloud, byte for byte", same)
        report.each((by_role.rights,), subject)
        report.look(
            "A collage by Bedrock, asked with the role of the function",
            partial(by_role.collage, subject, rock),
        )
        for check in Ends(subject, fake).checks:
            report.look((check.__doc__ or "").rstrip("."), check)
        report.look("make destroy leaves nothing", lambda: destroyed(STACK))


if __name__ == "__main__":
    sys.exit(main())
