"""What holds after every fault: the run ended, nothing is lost, nothing paid twice unsaid."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from collage import errors
from collage.engines.call_ends import FUNCTION_KILLED, FUNCTION_TIMED_OUT
from collage.manifest import Manifest
from tests.faults.workflow import Run, Workflow
from tests.faults.world import World
from tests.unit.pictures import decode

PLATFORM = {
    FUNCTION_KILLED,
    FUNCTION_TIMED_OUT,
    "States.ItemReaderFailed",
    # A role or a key of the stack is not as it should be: the set-up is what is at fault.
    "AccessDenied",
    "AccessDeniedException",
    "ClientError",
}
"""Names that a failure may have besides the pack's own."""


class Broken(AssertionError):
    """An invariant does not hold."""


def hold(condition: object, said: str) -> None:
    """Raise Broken unless it does."""
    if not condition:
        raise Broken(said)


def ended(world: World, flow: Workflow, run: Run) -> None:
    """The run ended whole, in part with reasons, or with a failure that has a name."""
    objects = world.objects()
    if run.status == "FAILED":
        told = objects.get(f"collages/{flow.collage}/failure.json")
        hold(told is not None, f"failed by {run.error} without a failure.json")
        named(json.loads(told or b"{}")["error"])
        return
    found = objects.get(f"collages/{flow.collage}/manifest.json")
    hold(found is not None, "succeeded without a manifest")
    manifest = Manifest.model_validate_json(found or b"")
    for tile in manifest.tiles:
        if tile.state in ("failed", "refused"):
            named(tile.error or "")
    agree(world, manifest)


def named(error: str) -> None:
    """An error has a name that a person can look up."""
    ours = hasattr(errors, error) or error == "NotRendered"
    lambdas = error.startswith(("Lambda.", "Sandbox.", "Runtime."))
    hold(ours or error in PLATFORM or lambdas, f"an error without a name: {error}")


def agree(world: World, manifest: Manifest) -> None:
    """What the manifest says is there is there, and shows what it says."""
    objects, finished = world.objects(), world.finished()
    folder = f"collages/{manifest.id}"
    for tile in manifest.tiles:
        made = tile.state not in ("failed", "refused", "stopped")
        hold(not made or tile.key in finished, f"{tile.key} is {tile.state} and not there")
    picture = decode(objects[f"{folder}/{manifest.files.collage}"])
    width, height = manifest.layout.cell
    for cell in manifest.cells:
        if cell.tile is None:
            continue
        key = manifest.tiles[cell.tile].key
        x, y = cell.col * width, cell.row * height
        shown = picture.crop((x, y, x + width, y + height)).convert("RGB")
        small = decode(objects[f"tiles/{key}.{width}x{height}.png"]).convert("RGB")
        hold(shown.tobytes() == small.tobytes(), f"the cell of {key} shows something else")
    script = objects[f"{folder}/manifest.js"]
    hold(manifest.id.encode() in script, "manifest.js is of another collage")
    hold(f"{folder}/collage_files/0/0_0.jpg" in objects, "the pyramid is not there")


def kept(world: World, before: dict[str, str]) -> None:
    """No tile that was finished is gone or another one."""
    now = world.finished()
    for key, digest in before.items():
        hold(now.get(key) == digest, f"the finished tile {key} is lost")


def once(world: World) -> None:
    """No tile that is there was made again."""
    hold(not world.engine.wasted, f"made although there: {world.engine.wasted}")


def counted(world: World, billed: int, price: float) -> None:
    """Each picture, or list, that was billed is in the books."""
    micros = sum(world.numbers("spent#").values())
    enough = micros >= round(billed * price * 1_000_000)
    hold(enough, f"{billed} billed, ${micros / 1e6} counted")


def known(world: World, billed: Counter[str]) -> None:
    """A picture that was asked for again, when the first one may have been billed, says so."""
    times, objects = world.numbers("asked#"), world.objects()
    for key, count in billed.items():
        hold(times.get(key, 0) >= count, f"{key}: billed {count} times, known {times.get(key)}")
        sidecar = objects.get(f"tiles/{key}.json")
        if sidecar is not None:
            said = json.loads(sidecar)["asked_before"]
            hold(said >= count - 1, f"{key}: billed {count} times, its sidecar says {said + 1}")


def clean(world: World, scratch: Path, *, in_parts: bool) -> None:
    """Nothing is left behind: no temporary file, and none half put unless that is for the rule."""
    hold(in_parts or world.uploads_under_way() == 0, "a file in parts is left under way")
    hold(not list(scratch.iterdir()), "temporary files are left")


def same(world: World, reference: dict[str, str]) -> None:
    """What lies there is what an undisturbed run makes, but for times."""
    now = world.state()
    different = {name for name in now.keys() | reference if now.get(name) != reference.get(name)}
    hold(not different, f"not as undisturbed: {sorted(different)[:5]}")


def pictures(state: dict[str, str]) -> dict[str, str]:
    """The parts of a state that show something."""
    return {
        name: digest
        for name, digest in state.items()
        if name.endswith((".png", ".jpg", ".dzi")) or "/masks/" in name
    }
