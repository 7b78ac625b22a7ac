"""The environment's typed readers."""

import pytest

from config import env


class TestChosen:
    def test_is_nothing_unless_it_is_asked_for(self, monkeypatch):
        monkeypatch.delenv("SOURCES", raising=False)

        assert env.chosen("SOURCES", {"DEVICE"}) == frozenset()

    def test_takes_known_words_only(self, monkeypatch):
        monkeypatch.setenv("SOURCES", "DEVICE, ")
        assert env.chosen("SOURCES", {"DEVICE", "OTHER"}) == {"DEVICE"}

        monkeypatch.setenv("SOURCES", "DEVICE,LOCATION")
        with pytest.raises(env.SettingIsWrong, match="LOCATION"):
            env.chosen("SOURCES", {"DEVICE"})
