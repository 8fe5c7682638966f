"""The engine `diffusion`: what open models can do, and with which options.

Nothing here needs them: the task that runs them is another room, and so is its GPU.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from collage.errors import InvalidRequest, NoModel
from collage.frozen import Frozen
from collage.tile import STYLE_PICTURES
from collage.weights import Family, Kind, Scheduler, Traits, Weights

if TYPE_CHECKING:
    from collage.tile import Operation

# A request has its fields of these types as well: what a value may be is said here alone.
Steps = Annotated[int, Field(ge=1, le=1000)]
Guidance = Annotated[float, Field(ge=1, le=50)]
Strength = Annotated[float, Field(gt=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
NegativePrompt = Annotated[str, Field(max_length=2000)]


class Options(Frozen, extra="forbid"):
    """What a tile may be asked for beside its prompt, in the field's names; none by default."""


class Sampling(Options):
    """How a picture is sampled. What is not given is the family's default."""

    num_inference_steps: Steps | None = None
    guidance_scale: Guidance | None = None
    scheduler: Scheduler | None = None
    negative_prompt: NegativePrompt = ""


class Repainting(Sampling):
    """Sampling that starts from a source; ``strength`` is how little of it is kept."""

    strength: Strength | None = None


class Upscaling(Options):
    """By how much: the network's own scale is brought to it."""

    scale: Annotated[int, Field(ge=2, le=4)] | None = None


class Interpolating(Options):
    """Weights of the text, ``u``, and of the source's picture, ``v``, against the source itself."""

    num_inference_steps: Steps | None = None
    u: Share = 0
    v: Share = 0


SAMPLING = tuple(Repainting.model_fields)
"""The fields of a request that its tiles have as options."""

OPTIONS: dict[Operation, type[Options]] = {
    "inpaint": Repainting,
    "outpaint": Repainting,
    "generate": Sampling,
    "variation": Repainting,
    "interpolate": Interpolating,
    "reconstruct": Options,
    "upscale": Upscaling,
}
"""The options of each operation."""


ALL: tuple[Scheduler, ...] = ("ddim", "dpmpp_2m", "euler", "euler_a", "unipc")
DDIM: tuple[Scheduler, ...] = ("ddim",)


def traits(
    operations: Iterable[Operation],
    defaults: Mapping[str, int | float | str],
    schedulers: tuple[Scheduler, ...] = (),
    grain: int = 8,
) -> Traits:
    """Traits with the same defaults for all operations, each of which has those it takes."""
    return Traits(
        operations={
            operation: {
                name: defaults[name] for name in OPTIONS[operation].model_fields if name in defaults
            }
            for operation in operations
        },
        schedulers=schedulers,
        grain=grain,
    )


@cache
def usual_traits() -> dict[Kind, Traits]:
    """What families of a kind do whose manifest does not say more."""
    return {
        # Below 1 the source shines through the noise, which this family's makers advise.
        "inpainting": traits(
            ("inpaint", "outpaint"),
            {
                "num_inference_steps": 50,
                "guidance_scale": 7.5,
                "strength": 0.99,
                "negative_prompt": "",
            },
            ALL,
        ),
        "text-to-image": traits(
            ("generate", "variation"),
            {
                "num_inference_steps": 50,
                "guidance_scale": 5.0,
                "strength": 0.6,
                "negative_prompt": "",
            },
            ALL,
        ),
        # As in the article of 2022 that made collages of this model's pictures.
        "latent-diffusion": traits(
            ("generate",), {"num_inference_steps": 250, "guidance_scale": 7.5}, DDIM
        ),
        "image-embedding": traits(
            ("variation", "interpolate"),
            {
                "num_inference_steps": 50,
                "guidance_scale": 4.0,
                "negative_prompt": "",
                "u": 0,
                "v": 0,
            },
            DDIM,
            grain=64,
        ),
        "vector-quantized": traits(("reconstruct",), {}),
        "discrete-vae": traits(("reconstruct",), {}, grain=1),
        "super-resolution": traits(("upscale",), {"scale": 4}, grain=1),
        # What all of them can; each has its own numbers in the manifest.
        "flow-matching": traits(("generate",), {"num_inference_steps": 50}, grain=16),
    }


def traits_of(family: Family) -> Traits:
    """What a family does: as its manifest has it, or as its kind does."""
    return family.traits or usual_traits()[family.kind]


FAMILIES: dict[Operation, str] = {
    "inpaint": "sdxl-inpainting",
    "outpaint": "sdxl-inpainting",
    "generate": "sdxl",
    "variation": "kandinsky",
    "interpolate": "kandinsky",
    "reconstruct": "vqmodel",
    "upscale": "esrgan-x4",
}
"""The family that is taken for an operation where the request names none."""


def conditioned(known: Traits, family: str) -> Traits:
    """What is left of a family's traits when a ControlNet holds its pictures to their sources.

    That needs a source to be seen where the picture is made: there is none to generate from, and
    what is painted on to a picture lies outside of it.

    Raises:
        NoModel: when nothing is left.
    """
    left = {
        operation: own
        for operation, own in known.operations.items()
        if operation in ("inpaint", "variation")
    }
    if not left:
        raise NoModel(f"{family} makes nothing of a source that a ControlNet could hold it to.")
    return known.model_copy(update={"operations": left})


def takes_style_pictures(model: str, weights: Weights | None) -> bool:
    """Whether a model takes styles from pictures: whether it was added with an IP-Adapter."""
    return weights is not None and weights.family(model).ip_adapter is not None


def options(operation: Operation, of: Kind | Traits, given: Mapping[str, str]) -> Options:
    """The options of a tile, checked for its operation and its model's traits, all filled in.

    Raises:
        InvalidRequest: naming the option, and what it may be.
    """
    known = usual_traits()[of] if isinstance(of, str) else of
    if operation not in known.operations:
        can = ", ".join(sorted(known.operations))
        raise InvalidRequest(f"model: this one cannot {operation}; it can {can}.")
    model, defaults = OPTIONS[operation], known.operations[operation]
    given = {name: value for name, value in given.items() if name != STYLE_PICTURES}
    schedulers = known.schedulers if "scheduler" in model.model_fields else ()
    taken = [*defaults, "scheduler"] if schedulers else [*defaults]
    for name in given:
        if name not in taken:
            there = ", ".join(taken) or "none"
            raise InvalidRequest(f"{name}: {operation} takes no such option here; it has: {there}.")
    if given.get("scheduler", "ddim") not in {*schedulers, "ddim"}:
        names = ", ".join(sorted(schedulers))
        raise InvalidRequest(f"scheduler: {given['scheduler']!r} is none of: {names}.")
    try:
        made = model.model_validate({**defaults, **given})
    except ValidationError as error:
        clauses = (f"{e['loc'][0]}: {e['msg']}" for e in error.errors())
        raise InvalidRequest("; ".join(clauses) + ".") from error
    _together(made)
    return made


def _together(made: Options) -> None:
    if isinstance(made, Interpolating) and made.u + made.v > 1:
        raise InvalidRequest(f"u, v: {made.u:g} and {made.v:g} are more than 1 together.")
    if isinstance(made, Repainting) and made.strength is not None:
        steps = made.num_inference_steps or 1
        if int(steps * made.strength) < 1:
            raise InvalidRequest(
                f"strength: {made.strength:g} of {steps} steps leaves none of them to be made."
            )


def check(
    weights: Weights,
    operations: Iterable[Operation],
    asked: str | None,
    given: Mapping[str, Any],
    axes: Mapping[str, Sequence[str]],
    size: tuple[int, int],
    *,
    styled: bool = False,
) -> None:
    """Hold a request to what the models can do that it would be made by.

    ``asked`` is the model that it names, ``given`` its options by name, None where it has none;
    ``axes`` are further values for any of them. ``styled`` says that styles are to be those of
    pictures, which nothing but these models could take them from.

    Raises:
        NoModel: when a model is not there.
        InvalidRequest: when one cannot do what is asked.
    """
    plain = {name: str(value) for name, value in given.items() if value is not None}
    varied = [
        {name: value} for name, values in axes.items() if name in SAMPLING for value in values
    ]
    for operation in operations:
        for name in axes.get("model") or [asked or FAMILIES[operation]]:
            known = traits_of(weights.family(name))
            if styled and not takes_style_pictures(name, weights):
                raise InvalidRequest(
                    f"style_pictures: {name} takes no style from a picture; a model does that is "
                    "added with an IP-Adapter."
                )
            check_size(known, size)
            for change in varied or [{}]:
                options(operation, known, plain | change)


def working_size(
    weights: Weights,
    operations: Iterable[Operation],
    models: Sequence[str],
    size: tuple[int, int],
) -> tuple[int, int]:
    """The largest width and height that one of these models works at for tiles of ``size``.

    ``models`` are those that a request names; where it names none, each operation has its own.

    Raises:
        NoModel: when a model is not there.
    """
    sizes = [
        traits_of(weights.family(name)).at(size)
        for operation in operations
        for name in models or [FAMILIES[operation]]
    ]
    return max([size, *sizes], key=lambda each: each[0] * each[1])


def check_size(of: Kind | Traits, size: tuple[int, int]) -> None:
    """Whether pictures of this width and height can be made.

    Raises:
        InvalidRequest: when a side is not a multiple of what the model needs.
    """
    grain = (usual_traits()[of] if isinstance(of, str) else of).grain
    if any(side % grain for side in size):
        raise InvalidRequest(
            f"size: this model makes sides that are multiples of {grain}; "
            f"{size[0]} x {size[1]} are not."
        )


def model(operation: Operation, asked: str | None, weights: Weights | None) -> str:
    """The model of a tile, pinned to its weights.

    Raises:
        NoModel: when there are no weights, or none of the name that is ``asked`` for.
    """
    if weights is None:
        raise NoModel("model: there are no weights here.")
    return weights.pinned(asked or FAMILIES[operation])
