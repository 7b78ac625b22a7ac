"""A command speaks the language of its terminal."""

import pytest
from django.utils import translation
from django.utils.translation import gettext

from common.management import terminal

MONDAY = "Monday"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_TW"}, "zh-hans"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en:zh"}, "en"),
    ],
)
def test_is_what_the_environment_says(said, language):
    with translation.override("zh-hans" if language == "en" else "en"):
        assert terminal.language(said) == language


@pytest.mark.parametrize("said", [{}, {"LANG": "C"}, {"LANG": "C.UTF-8"}, {"LC_ALL": "POSIX"}])
@pytest.mark.parametrize("platform", ["zh-hans", "en"])
def test_is_the_platforms_where_nothing_is_said(said, platform):
    with translation.override(platform):
        assert terminal.language(said) == platform


def test_is_spoken_for_as_long_as_it_takes(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with translation.override("zh-hans"):
        with terminal.spoken():
            assert gettext(MONDAY) == MONDAY
        with terminal.spoken("zh-hans"):
            assert gettext(MONDAY) != MONDAY
        assert translation.get_language() == "zh-hans"
