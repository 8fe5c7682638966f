"""Writes docs/recipes.md and its pictures: every command in it is run as it stands there."""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "recipes.md"
PICTURES = ROOT / "docs" / "recipes"
WIDEST = 900
"""Pixels of a picture in the docs."""


class Example(NamedTuple):
    """A recipe's heading and text, and the command that makes its picture; none: it needs a GPU."""

    name: str
    heading: str
    text: str
    command: str
    pictured: bool = True


PHOTO = "examples/farmhouse.png"

EXAMPLES = (
    Example(
        "collage",
        "collage: masks x pairs of styles",
        "The combinatoric collage, and the default: every draw of a mask and a pair of styles, "
        "evenly spread, in a shuffled grid.",
        f"{PHOTO} --styles 'Cubism,Pointillism,Baroque,Op Art' --rows 4 --cols 6 --cell 128",
    ),
    Example(
        "matrix",
        "matrix: a table of subjects and styles",
        "Every cell of the table is generated; the page beside it has a drop-down for each axis.",
        "--recipe matrix --subjects 'a cat,a lighthouse,a sailing boat' "
        "--styles 'Impressionism,Cubism,Art Deco,Op Art' --size 256 --gap 4",
    ),
    Example(
        "matrix-source",
        "matrix over a picture, with further axes",
        "With a PHOTO the cells repaint it. `--axis NAME=A,B` adds an axis, a block of rows for "
        "each of its values: engine, model, seed, options of an engine such as guidance_scale, and "
        "[others](command.md#axes-of-a-matrix). `--axis engine=painter,openai` puts the same plan "
        "side by side.",
        f"{PHOTO} --recipe matrix --styles 'Cubism,Expressionism,Op Art' --masks left,all "
        "--axis seed=1,2 --size 256 --cell 160 --gap 4",
    ),
    Example(
        "sources",
        "several photos: N photos x M styles",
        "Several PHOTOs are an axis: in a matrix they stand down, styles across, and further axes "
        "are blocks. The recipes collage (photos take turns), transfer, variations and "
        "reconstruction (a row each) take them too; erase, panorama and interpolation, which show "
        "one picture in its own size, refuse them, as uploads do. All of a photo is as in a "
        "collage of this photo alone: brought to the tiles' one shape by `--fit`, repainted "
        "through [masks of its own](masks.md#several-photos) if it has some, and made only where "
        "that was not made before. Lighthouse and boat are by the painter, as `collage explain` "
        "says of both files.",
        f"{PHOTO} examples/lighthouse.jpg examples/boat.jpg --recipe matrix "
        "--styles 'Cubism,Pointillism,Expressionism,Op Art' --size 256 --cell 200 --gap 4",
    ),
    Example(
        "transfer",
        "transfer: each style once, shown through every mask",
        "The whole source is transferred into each style once, and into pairs by a transfer of the "
        "transfer; every mask shows a part of these in the source, so cells cost nothing: n styles "
        "are n + n(n-1)/2 transfers, however many masks and cells there are. "
        "`--style-picture NAME=FILE` shows a style; an engine that needs one makes a study of each "
        "that has none, once. By the engines stylizer (taken unless another is named), openai and "
        "bedrock ([more](how-it-works.md#transfers)).",
        f"{PHOTO} --recipe transfer --styles 'Cubism,Blue Swirls,Sanguine,Coloured Ink'",
    ),
    Example(
        "samples",
        "samples: one prompt, consecutive seeds",
        "Tile i of the grid has seed s + i, so a larger grid contains the smaller one, and pays "
        "only for what is new. An engine that takes no seed numbers its samples.",
        "--recipe samples --prompt 'a sailing boat at sunset' --grid-size 3 --size 256",
    ),
    Example(
        "alternatives",
        "prompts with alternatives, and captions",
        "`{a|b}` stands for each of its options, `{2$$ and $$a|b|c}` for every two of them (each "
        "pair once), `__name__` for each line of the file that `--words name.txt` gives. "
        "There is [more of the language](prompts.md); `--sample N` draws some of all. "
        "`--captions` writes the prompt below each picture.",
        "--recipe samples --prompt '{2$$ and $$a cat|a horse|a lighthouse} in spring' "
        "--grid-size 1 --rows 1 --cols 3 --size 256 --captions",
    ),
    Example(
        "variations",
        "variations: alike in meaning, not in pixels",
        "Other pictures of what the source shows, in its own shape.",
        f"{PHOTO} --recipe variations --count 6 --size 256 --cell 256",
    ),
    Example(
        "erase",
        "erase: cut out and refill",
        "`--rect TOP:BOTTOMxLEFT:RIGHT`, once or several times, in pixels of the source; or "
        "`--mask-file FILE`, what is transparent of it, or white ([mask files](masks.md)); or "
        "`--transparency`, the source's own. The rest stays to the pixel, in a source of up to "
        "2048 px; a larger one is shrunk to that first. `--count` makes several candidates.",
        f"{PHOTO} --recipe erase --rect 50:180x595:660 --rect 240:495x815:1024",
    ),
    Example(
        "panorama",
        "panorama: outpainting to any shape",
        "The source stays untouched (one of more than 2048 px is shrunk to that first), and the "
        "rest is painted in steps, each of which holds half a frame that is there already "
        "(`--overlap` for more). `--anchor` says where the source lies. A target twice as wide "
        "makes two steps, one from each half of the source.",
        f"{PHOTO} --recipe panorama --target 2304x1024",
    ),
    Example(
        "upscale",
        "--upscale 2 or 4, with any recipe",
        "Every picture that is shown is made larger in a last step, by a network that learned to, "
        "or as [`--upscaler`](upscaling.md) says; by the engine diffusion with an ESRGAN model.",
        "--recipe samples --prompt 'a cat in a meadow' --grid-size 2 --size 128 --cell 128 "
        "--upscale 2",
    ),
    Example(
        "interpolation",
        "interpolation: between source, text and meaning",
        "A triangle of pictures by weights of the text and of what an image embedding keeps of "
        "the source; the corner without either recreates the source. Only the engine diffusion.",
        f"{PHOTO} --recipe interpolation --engine diffusion --models DIR "
        "--prompt 'a winter evening' --steps 4",
        pictured=False,
    ),
    Example(
        "reconstruction",
        "reconstruction: what discrete codes keep",
        "The source beside its reconstruction by each model, with PSNR and SSIM. Only the engine "
        "diffusion.",
        f"{PHOTO} --recipe reconstruction --engine diffusion --models DIR",
        pictured=False,
    ),
)

HEAD = """# Recipes

A recipe says how a request unfolds into tiles and how these are laid out. Each is asked for in the
same way by the command, by the API (`"recipe": "samples"`) and with an upload. The pictures are by
the embedded painter, which draws by procedure from a small vocabulary, but that of transfers, which
the [stylizer](stylizer.md) makes; every command here is run as it stands by `make recipes`, which
also writes this page (`make recipes NAME=transfer` makes one picture alone).
[examples/requests](../examples/requests) holds requests as JSON, for `collage run --request FILE`
and `POST /collages`.

`collage run` says how many tiles it will make before it makes the first; `collage estimate` with
the same options says it without starting anything.
"""


def page() -> str:
    """The text of docs/recipes.md."""
    parts = [HEAD]
    for example in EXAMPLES:
        parts.append(f"## {example.heading}\n\n{example.text}\n")
        parts.append(f"```\ncollage run {example.command}\n```\n")
        if example.pictured:
            parts.append(f"![{example.heading}](recipes/{example.name}.jpg)\n")
    return "\n".join(parts)


def main() -> None:
    """Run every command and keep its picture, small, beside the page; or those that are named."""
    named = sys.argv[1:]
    if unknown := {*named} - {example.name for example in EXAMPLES if example.pictured}:
        sys.exit(f"There is no picture of {', '.join(sorted(unknown))}.")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for example in EXAMPLES:
            if not example.pictured or (named and example.name not in named):
                continue
            out = Path(folder) / example.name
            where = ["--out", str(out), "--state", str(Path(folder) / "state")]
            command = [
                sys.executable,
                "-m",
                "combinatoric_collage.cli.main",
                "run",
                *shlex.split(example.command),
            ]
            subprocess.run([*command, *where], check=True, cwd=ROOT)  # noqa: S603
            with Image.open(out / "collage.png") as made:
                small = made.convert("RGB")
            small.thumbnail((WIDEST, WIDEST))
            small.save(PICTURES / f"{example.name}.jpg", quality=85)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
