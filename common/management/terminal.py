"""The language of whoever types a command: what their terminal says, or else the platform's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ

from django.utils import translation

# As POSIX orders them; GNU's LANGUAGE is a list of which the first counts.
NAMES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
SAYS_NOTHING = {"", "C", "POSIX"}


def language(said: Mapping[str, str] = environ) -> str:
    """`zh-hans` for every Chinese, `en` for every other; where nothing is said, as it is now."""
    for name in NAMES:
        word = said.get(name, "").split(":")[0].split(".")[0]
        if word not in SAYS_NOTHING:
            return "zh-hans" if word.lower().startswith("zh") else "en"
    return translation.get_language() or "en"


@contextmanager
def spoken(chosen: str = "") -> Iterator[None]:
    """Speak the chosen language for a while, or that of the terminal."""
    with translation.override(chosen or language()):
        yield
