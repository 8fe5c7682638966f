"""What of a request must go together: recipe, engines and the fields that each has a use for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from collage import engines, recipes
from collage.errors import FieldError, InvalidRequest
from collage.fields import prompts
from collage.fields.fields import OPTIONS, Fields
from collage.pictures import masks
from collage.words import styles

OWN = {field for recipe in recipes.RECIPES.values() for field in recipe.uses}
"""Fields that belong to some recipes only."""


def check(request: Fields) -> None:
    """Check a request by its own fields, without its source.

    Raises:
        ValueError: with the field that is wrong and what it may be.
        InvalidRequest: for a prompt whose alternatives cannot be read.
    """
    recipe = recipes.RECIPES[request.recipe]
    defaults = type(request).model_fields
    for name in sorted(OWN - recipe.uses):
        if getattr(request, name) != defaults[name].get_default():
            raise ValueError(
                f"{name}: the recipe {request.recipe} has no use for it; its own are: "
                + ", ".join(sorted(recipe.uses))
            )
    _options(request)
    prompts.asked(request, request.prompt or "")
    for text in request.subjects or ():
        prompts.asked(request, text, "subjects")
    for text in _values(request, "negative_prompt"):
        prompts.single(text, request.words, "negative_prompt")
    _template(request)
    if request.upscale is not None and request.replace_refused:
        raise ValueError("upscale: it cannot go with replace_refused")
    if request.upscaler is not None and request.upscale is None:
        raise ValueError("upscaler: it says how to make pictures larger; give upscale, 2 or 4")
    _style_pictures(request)
    _sources(request)
    _mask_files(request)
    _again(request)
    recipe.check(request)


def served(request: Fields, has_source: bool) -> None:
    """Check a request once it is known whether it has a source beside its own fields.

    Raises:
        InvalidRequest: when the recipe needs a source, or an engine cannot do what it asks for.
    """
    recipe = recipes.RECIPES[request.recipe]
    if request.sources is not None:
        if has_source:
            raise InvalidRequest("sources: give source or sources, not both of them.")
        has_source = True
    if recipe.source == "needed" and not has_source:
        raise InvalidRequest(f"source: the recipe {request.recipe} needs a picture.")
    if recipe.source == "unused" and has_source:
        raise InvalidRequest(f"source: the recipe {request.recipe} has no use for a picture.")
    unsaid = (("all",), type(request).model_fields["masks"].get_default())
    if not has_source and request.masks not in unsaid:
        raise InvalidRequest("masks: they say what of a picture is repainted, and none is given.")
    wanted = {recipe.operation_on(has_source)}
    changed = {change.engine for change in (request.again or {}).values()}
    for name in request.engines:
        lacking = wanted - engines.ENGINES[name].operations
        if lacking:
            able = [e for e in engines.offered() if wanted <= engines.ENGINES[e].operations]
            field = "again: engine" if name in changed else "engine"
            raise InvalidRequest(
                f"{field}: {name} cannot {' or '.join(sorted(lacking))}, as the recipe "
                f"{request.recipe} asks; these can: {', '.join(able) or 'none'}."
            )


def _template(request: Fields) -> None:
    """Every prompt of the template must say where the styles go."""
    places = [("styles", "", None)]
    allowed = [places, [*places, ("subject", "", None)]] if request.subjects else [places]
    for text in prompts.asked(request, request.prompt_template, prompts.TEMPLATE):
        try:
            fields = [field[1:] for field in Formatter().parse(text) if field[1] is not None]
        except ValueError as error:
            raise ValueError(f"prompt_template: {error}") from error
        if sorted(fields) not in allowed:
            also = ", with subjects also {subject}," if request.subjects else ""
            raise ValueError(
                f"prompt_template: it must hold {{styles}} once{also} and no other {{field}}"
            )


def _style_pictures(request: Fields) -> None:
    """Pictures are of styles that the request names, for an engine that takes them."""
    if request.style_pictures is None:
        return
    named = {styles.fold(name) for name in request.styles or ()}
    for name in request.style_pictures:
        if styles.fold(name) not in named:
            raise ValueError(f"style_pictures: {name!r} is none of the styles that are named")
    asked = request.unfolded_engines
    if not any(engines.ENGINES[name].style_pictures for name in asked):
        able = [name for name, known in engines.ENGINES.items() if known.style_pictures]
        raise ValueError(
            f"style_pictures: {' and '.join(asked)} takes no style from a picture; "
            f"these do: {', '.join(able)}"
        )


def _sources(request: Fields) -> None:
    """Every source has a name."""
    named = len(request.source_names or ())
    if request.source_names is not None and named != len(request.sources or ()):
        count = len(request.sources or ())
        raise ValueError(f"source_names: there are {named} names for {count} sources")


def _mask_files(request: Fields) -> None:
    """The mask files are those that the masks name, no more and no fewer."""
    files = request.mask_files or {}
    named = [name for mask in request.masks if (name := masks.file_of(mask))]
    for name in named:
        if name not in files:
            there = f"there are: {', '.join(files)}" if files else "there are none"
            raise ValueError(f"masks: {name!r} is no file of mask_files; {there}")
    for name, keys in files.items():
        if name not in named:
            there = ", ".join(request.masks)
            raise ValueError(f"mask_files: {name!r} is none of the masks: {there}")
        if not isinstance(keys, str) and len(keys) != request.source_count:
            raise ValueError(
                f"mask_files: {name!r} has a list of {len(keys)} files; there "
                + (
                    "is one source"
                    if request.sources is None
                    else f"are {request.source_count} sources"
                )
            )
    for source, called in enumerate(request.source_names or ()):
        if files and not request.masks_of(source):
            raise ValueError(f"mask_files: the source {called} has none of the masks")


def _again(request: Fields) -> None:
    """Single tiles are changed where they stand alone, to what an engine of them has."""
    recipe = recipes.RECIPES[request.recipe]
    if request.again and not recipe.alone:
        raise ValueError(
            f"again: the tiles of the recipe {request.recipe} are made from one another, so none "
            "can be changed by itself"
        )
    for number, change in (request.again or {}).items():
        other = change.engine not in (None, request.engine) or change.model is not None
        if recipe.keeps_engine and other:
            raise ValueError(
                f"again: tile {number}: in the recipe {request.recipe} a tile keeps its engine "
                "and model; change its seed, sample or prompt"
            )
        wrong = []
        for engine in (change.engine,) if change.engine else request.unfolded_engines:
            try:
                change.check(engine)
            except ValueError as error:
                wrong.append(error)
            else:
                break
        else:
            raise ValueError(f"again: tile {number}: {wrong[0]}")


def _options(request: Fields) -> None:
    """Every option must be one that an engine of the request has."""
    named = request.unfolded_engines
    known = [engines.ENGINES[name] for name in named]
    for name in OPTIONS:
        asked = [*_values(request, name)]
        if asked and not any(name in engine.options for engine in known):
            owners = [e for e, engine in engines.ENGINES.items() if name in engine.options]
            raise ValueError(
                f"{name}: of {' and '.join(named)} no engine has it; "
                f"these do: {', '.join(owners) or 'none'}"
            )
    for quality in _values(request, "quality"):
        allowed = [q for engine in known for q in engine.qualities]
        if quality not in allowed:
            raise ValueError(f"quality: {quality!r} is none of: {', '.join(allowed)}")
    fixed = [name for name in named if engines.ENGINES[name].model is not None]
    if [*_values(request, "model")] and len(fixed) == len(named):
        only = engines.ENGINES[fixed[0]].model
        raise ValueError(f"model: the engine {fixed[0]} has only {only}")


def known_qualities(request: Fields, models: Mapping[str, str]) -> None:
    """Every quality must be one that the models take, of which it is known.

    ``models`` are what renders, by engine.

    Raises:
        InvalidRequest: naming the model and what it takes.
    """
    named = [value for value in _values(request, "model") if value is not None]
    for engine in request.unfolded_engines:
        for model in named or [models[engine]]:
            for quality in _values(request, "quality"):
                _known_quality("quality", engine, model, quality)
    for change in (request.again or {}).values():
        if change.quality is not None:
            engine = change.engine or request.engine
            _known_quality("again", engine, change.model or models[engine], change.quality)


def _known_quality(field: str, engine: str, model: str, quality: str) -> None:
    allowed = engines.ENGINES[engine].qualities_of(model)
    if allowed is not None and quality not in allowed:
        said = f"{model} has no quality {quality!r}; it has: {', '.join(allowed)}"
        raise InvalidRequest(f"{field}: {said}.", [FieldError(field, said, list(allowed))])


def _values(request: Fields, name: str) -> Iterable[Any]:
    """What a field is asked to be, by itself and as an axis."""
    value = getattr(request, name)
    return [*([] if value is None else [value]), *request.axes.get(name, ())]
