"""What the tests ask with: clients, a source, a mask, an inpainting."""

import base64
import io
import json
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from PIL import Image

from tests.fake_bedrock import Account, FakeBedrock
from tests.fake_bedrock.models import MODELS
from tests.unit.pictures import encode, quarters

SOURCE = encode(quarters((96, 64)))
IDS = {model.name: (model.profiles[0] if model.profiles else "") + model.id for model in MODELS}
CLIENTS: list[BaseClient] = []


def client(
    fake: FakeBedrock | str,
    region: str = "us-west-2",
    service: str = "bedrock-runtime",
    **changes: Any,
) -> Any:
    """A client of the server, or of the one at this URL; of botocore's settings, or credentials."""
    account = Account() if isinstance(fake, str) else fake.account
    given = {
        "aws_access_key_id": account.access_key,
        "aws_secret_access_key": account.secret_key,
        "retries": {"total_max_attempts": 1},
        "read_timeout": 600,
    } | changes
    keys = {name: given.pop(name) for name in list(given) if name.startswith("aws_")}
    url = fake if isinstance(fake, str) else fake.url
    made = boto3.client(service, region, endpoint_url=url, config=Config(**given), **keys)
    CLIENTS.append(made)
    return made


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def half_mask(size: tuple[int, int] = (96, 64)) -> bytes:
    """The left half is to be painted."""
    mask = Image.new("L", size)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return encode(mask)


def body_of(name: str, **changes: Any) -> dict[str, Any]:
    """A right request for the model of this name, changed; None takes a field away."""
    image = {"image": text(SOURCE)}
    prompt = {"prompt": "In the style of Cubism"}
    bodies: dict[str, dict[str, Any]] = {
        "core": prompt,
        "ultra": prompt,
        "sd3.5-large": prompt,
        "inpaint": image | prompt | {"mask": text(half_mask()), "grow_mask": 0},
        "outpaint": image | {"left": 32, "right": 16},
        "erase": image | {"mask": text(half_mask())},
        "search-replace": image | prompt | {"search_prompt": "barn"},
        "search-recolor": image | prompt | {"select_prompt": "barn"},
        "remove-background": image,
        "control-structure": image | prompt,
        "control-sketch": image | prompt,
        "style-guide": image | prompt,
        "style-transfer": {"init_image": text(SOURCE), "style_image": text(half_mask())},
        "fast-upscale": image,
        "conservative-upscale": image | prompt,
        "creative-upscale": image | prompt,
    }
    seeded = {} if name in {"remove-background", "fast-upscale"} else {"seed": 7}
    made = bodies[name] | seeded | changes
    return {key: value for key, value in made.items() if value is not None}


def invoke(
    asking: FakeBedrock | BaseClient,
    name: str = "inpaint",
    *,
    model: str | None = None,
    **changes: Any,
) -> Any:
    """The answer's body; `model` is another id than that of the name."""
    ours = client(asking) if isinstance(asking, FakeBedrock) else asking
    answer = ours.invoke_model(
        modelId=model or IDS[name],
        body=json.dumps(body_of(name, **changes)),
        contentType="application/json",
        accept="application/json",
    )
    return json.loads(answer["body"].read())


def picture(answer: Any) -> Image.Image:
    """The picture in an answer."""
    (data,) = answer["images"]
    found = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    found.load()
    return found
