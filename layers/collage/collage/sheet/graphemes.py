"""Where a word may be broken: between what a reader takes for characters."""

import unicodedata

JOINER = "\u200d"
VIRAMA = 9
"""Canonical combining class of the signs that tie a consonant of an Indic script to the next."""
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def split(word: str) -> list[str]:
    """``word`` in grapheme clusters, as UAX #29 has them but for rare scripts."""
    parts: list[str] = []
    for character in word:
        if parts and _belongs(parts[-1], character):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _belongs(before: str, character: str) -> bool:
    last, point = before[-1], ord(character)
    if character == JOINER or point in SKIN_TONES or unicodedata.category(character)[0] == "M":
        return True
    if last == JOINER or unicodedata.combining(last) == VIRAMA:
        return True
    return point in FLAG_LETTERS and len(before) == 1 and ord(before) in FLAG_LETTERS
