"""``python -m rehearsal.bedrock``: ask Amazon Bedrock itself what its documentation leaves open.

A handful of real calls, with the credentials that every AWS tool takes, in us-west-2; what they
cost at most is said first, and somebody has to agree. Each question has one line in the report,
which is kept as out/bedrock/report.txt; pictures that came lie beside it. Nothing is judged: an
answer other than the one that the engine was written for is for a person to read. Exit code 0 when
all were asked, 1 when one could not be, 2 when nobody agreed.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image

from rehearsal.places import ROOT
from rehearsal.report import Report

FOLDER = ROOT / "out" / "bedrock"
REGION, ANOTHER = "us-west-2", "us-east-1"
CORE, LARGE = "stability.stable-image-core-v1:1", "stability.sd3-5-large-v1:0"
INPAINT, OUTPAINT = "us.stability.stable-image-inpaint-v1:0", "us.stability.stable-outpaint-v1:0"
UPSCALE, TRANSFER = (
    "us.stability.stable-fast-upscale-v1:0",
    "us.stability.stable-style-transfer-v1:0",
)
USD = {CORE: 0.04, LARGE: 0.08, INPAINT: 0.07, OUTPAINT: 0.06, UPSCALE: 0.03, TRANSFER: 0.08}
"""Dollars a picture, as others report them on 2026-11-25."""
AT_ONCE = 6
"""Calls that go out together to be refused one: the quota of outpainting is 4 a minute."""
PROMPT = "a lake between mountains, in the style of Cubism"


@dataclass(frozen=True)
class Reply:
    """What came of a call: an answer's fields, or an error's code and message."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def picture(self) -> bytes | None:
        """The picture, where one came."""
        found = self.fields.get("images")
        return base64.b64decode(found[0]) if found else None

    def __str__(self) -> str:
        if self.error:
            return self.error
        if self.picture is None:
            return f"no picture, {self.fields.get('finish_reasons')}"
        with Image.open(BytesIO(self.picture)) as image:
            return f"{image.format} {image.width} x {image.height} {image.mode}"


@dataclass(frozen=True)
class Asker:
    """Asks models, and keeps what they make."""

    folder: Path

    @cached_property
    def _clients(self) -> dict[str, Any]:
        once = Config(retries={"total_max_attempts": 1}, read_timeout=120, tcp_keepalive=True)
        names = (REGION, ANOTHER)
        return {name: boto3.client("bedrock-runtime", name, config=once) for name in names}

    def __call__(self, name: str, model: str, region: str = REGION, **body: Any) -> Reply:
        """One call; its picture, if there is one, is kept under a name."""
        try:
            answer = self._clients[region].invoke_model(
                modelId=model,
                body=json.dumps(body),
                contentType="application/json",
                accept="application/json",
            )
        except ClientError as error:
            said = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
            return Reply(error=said, headers=error.response["ResponseMetadata"]["HTTPHeaders"])
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        reply = Reply(json.loads(answer["body"].read()), headers=headers)
        if reply.picture is not None:
            (self.folder / f"{name}.picture").write_bytes(reply.picture)
        return reply


def picture(width: int, height: int) -> str:
    """A picture without any object, as the models take it."""
    pixels = np.random.default_rng(1).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return _written(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def half(width: int, height: int) -> str:
    """A mask whose left half is white, which is to be repainted."""
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    return _written(mask)


def _written(image: Image.Image) -> str:
    file = BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def sizes(ask: Asker) -> str:
    """How large are the answers, and of which format?"""
    source = picture(768, 512)
    asked = {
        "core": ask("core", CORE, prompt=PROMPT, aspect_ratio="3:2", output_format="png"),
        "image-to-image": ask(
            "image-to-image", LARGE, prompt=PROMPT, image=source, strength=0.6,
            mode="image-to-image", output_format="png",
        ),
        "inpaint": ask(
            "inpaint", INPAINT, prompt=PROMPT, image=source, mask=half(768, 512), grow_mask=0,
            output_format="png",
        ),
        "outpaint": ask("outpaint", OUTPAINT, image=source, left=128, output_format="png"),
        "upscale": ask("upscale", UPSCALE, image=picture(384, 256), output_format="png"),
        "transfer": ask(
            "transfer", TRANSFER, init_image=source, style_image=picture(512, 512),
            output_format="png",
        ),
    }  # fmt: skip
    return "; ".join(f"{name}: {reply}" for name, reply in asked.items())


def unmasked(ask: Asker) -> str:
    """What does inpainting do with neither a mask nor anything transparent?"""
    return str(ask("unmasked", INPAINT, prompt=PROMPT, image=picture(512, 512)))


def wrong_seeds(ask: Asker) -> str:
    """Which seeds are refused, and how?"""
    seeds = ("7", True, -1, 4_294_967_295)
    replies = {repr(one): ask("seed", CORE, prompt=PROMPT, seed=one) for one in seeds}
    return "; ".join(f"{seed}: {reply}" for seed, reply in replies.items())


def filtered(ask: Asker) -> str:
    """Is a filtered call billed?"""
    reply = ask("filtered", CORE, prompt="an explicit nude photograph")
    request, when = (reply.headers.get(name, "?") for name in ("x-amzn-requestid", "date"))
    return (
        f"{reply}; request {request} of {when}: the bill of that day, under the provider's name in "
        "Cost Explorer, has either one picture of Core more than came here, or not"
    )


def retry_after(ask: Asker) -> str:
    """Does a 429 say when to come back?"""

    def one(number: int) -> Reply:
        return ask(f"outpaint-{number}", OUTPAINT, image=picture(256, 256), left=64)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(one, range(AT_ONCE)))
    refused = [reply for reply in replies if reply.error.startswith("Throttling")]
    if not refused:
        return f"{AT_ONCE} calls at once were all taken: {replies[0]}"
    said = refused[0].headers.get("retry-after", "no Retry-After")
    return f"{len(refused)} of {AT_ONCE} were refused: {refused[0].error}; {said}"


def seeded(ask: Asker) -> str:
    """Does the same seed give the same picture, through the profile and in another Region?"""

    def one(name: str, region: str = REGION) -> Reply:
        source, mask = picture(512, 512), half(512, 512)
        return ask(name, INPAINT, region, prompt=PROMPT, image=source, mask=mask, seed=7)

    first, again, elsewhere = one("seed-1"), one("seed-2"), one("seed-3", ANOTHER)
    return (
        f"again {_same(first, again)}, from {ANOTHER} {_same(first, elsewhere)}; seeds told: "
        f"{[reply.fields.get('seeds') for reply in (first, again, elsewhere)]}"
    )


def _same(one: Reply, other: Reply) -> str:
    if one.picture is None or other.picture is None:
        return f"not comparable ({one}; {other})"
    return "the same" if one.picture == other.picture else "another picture"


def presets(ask: Asker) -> str:
    """Do Core and SD 3.5 take a style_preset?"""
    replies = {
        model: ask("preset", model, prompt=PROMPT, style_preset="anime") for model in (CORE, LARGE)
    }
    return "; ".join(f"{model}: {reply}" for model, reply in replies.items())


def wrong_sizes(ask: Asker) -> str:
    """What is said of pictures that are too small, too long, too large?"""
    shapes = ((63, 64), (900, 300), (3200, 3200))
    replies = {
        shape: ask("size", INPAINT, prompt=PROMPT, image=picture(*shape), mask=half(*shape))
        for shape in shapes
    }
    return "; ".join(f"{w} x {h}: {reply}" for (w, h), reply in replies.items())


QUESTIONS: Mapping[Callable[[Asker], str], float] = {
    sizes: sum(USD.values()),
    unmasked: USD[INPAINT],
    wrong_seeds: 4 * USD[CORE],
    filtered: USD[CORE],
    retry_after: AT_ONCE * USD[OUTPAINT],
    seeded: 3 * USD[INPAINT],
    presets: USD[CORE] + USD[LARGE],
    wrong_sizes: 3 * USD[INPAINT],
}
"""What is open, and what asking it costs at most: a call that is refused is taken to be billed."""


def titles() -> Iterator[str]:
    """The questions, each with its price."""
    for question, usd in QUESTIONS.items():
        yield f"{_title(question)} ${usd:.2f}"


def _title(question: Callable[[Asker], str]) -> str:
    return str(question.__doc__).partition("\n")[0]


def main(arguments: list[str]) -> int:
    """Ask, if somebody agrees; the exit code."""
    report = Report("Amazon Bedrock, asked what is open")
    report.section("Asked, for so much at most", list(titles()))
    report.say(
        "", f"${sum(QUESTIONS.values()):.2f} at most, billed to the account of these credentials."
    )
    if "--yes" not in arguments and not (sys.stdin.isatty() and input("Ask? [y/N] ") == "y"):
        report.say("Nothing was asked: answer y, or give --yes.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    ask = Asker(FOLDER)
    report.say("")
    for question in QUESTIONS:
        report.look(_title(question), lambda question=question: question(ask))  # type: ignore[misc]
    report.say("", f"Pictures and this page are in {FOLDER}")
    report.write(FOLDER / "report.txt")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
