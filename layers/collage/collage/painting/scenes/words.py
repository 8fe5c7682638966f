"""Words: what of a prompt a painter without a language model understands."""

import re
from dataclasses import dataclass

from collage.painting.scenes.moods import COLOURS

FIGURE_WORDS = {
    "cat": "cat cats kitten kittens kitty tomcat tabby",
    "dog": "dog dogs puppy puppies hound corgi spaniel labrador",
    "fox": "fox foxes vixen wolf",
    "rabbit": "rabbit rabbits bunny bunnies hare hares",
    "horse": "horse horses pony ponies stallion mare foal",
    "sheep": "sheep lamb lambs flock",
    "cow": "cow cows cattle bull calf",
    "elephant": "elephant elephants",
    "bird": "bird birds robin sparrow songbird finch parrot",
    "owl": "owl owls",
    "fish": "fish fishes goldfish trout koi",
    "butterfly": "butterfly butterflies moth",
    "woman": "woman women girl girls lady queen wife mother portrait person people face",
    "man": "man men boy gentleman king farmer father self-portrait astronaut",
    "lighthouse": "lighthouse lighthouses beacon",
    "house": "house houses cottage cottages farmhouse home hut cabin barn farm village",
    "church": "church churches chapel cathedral steeple",
    "castle": "castle castles palace fortress",
    "windmill": "windmill windmills mill",
    "boat": "boat boats sailboat sailboats ship ships yacht sail sailing",
    "balloon": "balloon balloons",
    "car": "car cars automobile taxi",
    "bridge": "bridge bridges",
    "tower": "skyscraper skyscrapers tower towers",
    "rocket": "rocket rockets spaceship spaceships spacecraft",
    "robot": "robot robots android",
    "tree": "tree trees oak oaks birch willow orchard maple",
    "pine": "pine pines fir firs spruce conifer",
    "palm": "palm palms",
    "flower": "flower flowers tulip tulips poppy poppies sunflower sunflowers rose roses daisy "
             "daisies blossom garden",
    "bouquet": "bouquet vase irises still-life",
    "apple": "apple apples",
    "fruit": "fruit fruits bowl orange oranges lemons pears",
}  # fmt: skip
"""What calls each figure into the picture."""

SETTING_WORDS = {
    "meadow": "meadow meadows field fields grass pasture countryside landscape plain park",
    "hills": "hill hills valley",
    "mountains": "mountain mountains alps peak peaks alpine",
    "sea": "sea ocean coast beach shore waves seaside harbour harbor bay cliff island",
    "lake": "lake lakes river pond stream canal",
    "forest": "forest woods woodland jungle",
    "city": "city town street skyline metropolis cityscape",
    "desert": "desert dunes sand sahara",
    "space": "space galaxy planet planets cosmos universe stars nebula",
    "water": "underwater aquarium reef",
    "room": "table room interior kitchen",
}
HOUR_WORDS = {
    "sunset": "sunset dusk evening twilight sundown",
    "dawn": "dawn sunrise morning",
    "night": "night midnight moonlit moonlight moon starry stars nocturne",
    "storm": "storm stormy rain rainy thunder clouds cloudy fog foggy mist misty grey-sky",
    "day": "day noon sunny daylight midday sun",
}
SEASON_WORDS = {
    "winter": "winter snow snowy frost frozen ice icy",
    "autumn": "autumn autumnal fall",
    "spring": "spring blooming",
    "summer": "summer summery wheat harvest",
}
COLOUR_WORDS = {
    "red": "red scarlet crimson ruby vermilion", "orange": "orange ginger amber",
    "yellow": "yellow lemon", "green": "green emerald olive",
    "blue": "blue azure navy cobalt indigo",
    "purple": "purple violet lilac magenta", "pink": "pink", "brown": "brown chestnut sepia",
    "black": "black", "white": "white ivory", "grey": "grey gray", "gold": "gold golden",
    "silver": "silver", "turquoise": "turquoise teal cyan",
}  # fmt: skip
NUMBERS = {"two": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "several": 4, "many": 6}

_MANNER = re.compile(r"\b(?:in|with) (?:the|a|an) (?:style|manner)s? of\b.*", re.DOTALL)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True)
class Want:
    """A figure that is asked for."""

    figure: str
    colour: str | None
    count: int
    """0 for a plural without a number."""


@dataclass(frozen=True)
class Wish:
    """What a prompt asks for, as far as its words are known."""

    wants: tuple[Want, ...]
    setting: str | None
    hour: str | None
    season: str | None
    colours: tuple[str, ...]
    """Of the whole picture: those that belong to no figure."""
    text: str
    """The prompt's words without the manner it asks for, known or not."""

    @property
    def abstract(self) -> bool:
        """Whether no word says what to show."""
        return not (self.wants or self.setting or self.hour or self.season)


def _table(words: dict[str, str]) -> dict[str, str]:
    return {word: name for name, text in words.items() for word in text.split()}


_FIGURES, _SETTINGS, _HOURS = _table(FIGURE_WORDS), _table(SETTING_WORDS), _table(HOUR_WORDS)
_SEASONS, _COLOURS = _table(SEASON_WORDS), _table(COLOUR_WORDS)


def read(prompt: str) -> Wish:
    """What the prompt asks for. "a red cat at night in the style of Cubism": a cat, red, night.

    A colour belongs to the figure that follows it within three words, else to the whole picture.
    """
    text = _MANNER.sub("", prompt.casefold().replace("\u2019s", "").replace("'s", ""))
    words = _WORD.findall(text)
    wants: dict[str, Want] = {}
    loose: list[str] = []
    waiting: tuple[int, str] | None = None
    count = 1
    for at, word in enumerate(words):
        follows = waiting is not None and at - waiting[0] <= 3
        if waiting and not follows:
            loose.append(waiting[1])
            waiting = None
        figure = _FIGURES.get(word)
        if word in _COLOURS and not (figure and follows):
            if waiting:
                loose.append(waiting[1])
            waiting = (at, _COLOURS[word])
        elif figure:
            many = count if count > 1 else (0 if _plural(word, figure) else 1)
            wants.setdefault(figure, Want(figure, waiting[1] if waiting else None, many))
            waiting, count = None, 1
        count = NUMBERS.get(word, count)
    if waiting:
        loose.append(waiting[1])
    if "bouquet" in wants:
        # "A vase of flowers" has its flowers in it.
        wants.pop("flower", None)
    return Wish(
        tuple(wants.values()),
        _first(words, _SETTINGS),
        _first(words, _HOURS),
        _first(words, _SEASONS),
        tuple(dict.fromkeys(colour for colour in loose if colour in COLOURS)),
        " ".join(words),
    )


def _plural(word: str, figure: str) -> bool:
    grown = word.endswith("s") and word not in {"irises", "fishes"}
    return grown or word in {"flock", "village", "orchard", "garden", "people", "cattle", "men"}


def _first(words: list[str], table: dict[str, str]) -> str | None:
    return next((table[word] for word in words if word in table), None)
