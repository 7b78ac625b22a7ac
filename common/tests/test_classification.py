"""Every column of ours is classified, and what the files say is true."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from common import checks
from common.classification import registry
from common.classification.registry import ClassificationIsWrong, Entry, Protection, Retention
from common.crypto.fields import SealedCharField, sealed_check

SOUND = """
[Guest]
_retention = "RELATION"
id = "INTERNAL"
key_id = "PSEUDONYMOUS"
phone = "SEALED CONSENT"
phone_index = "BLIND_INDEX"
city = "PUBLIC"
"""

with isolate_apps("common"):

    class Guest(models.Model):
        key_id = models.BigIntegerField()
        phone = SealedCharField(context="guest.phone", key_field="key_id")
        phone_index = models.CharField(max_length=30)
        city = models.CharField(max_length=20)

        class Meta:
            app_label = "common"
            constraints = [sealed_check("phone", "key_id")]

        def __str__(self):
            return str(self.pk)


@pytest.fixture
def load(tmp_path):
    def from_text(text):
        path = tmp_path / registry.FILE_NAME
        path.write_text(text, encoding="utf-8")
        return registry.load(path)

    return from_text


def faults(entries):
    return [str(error.msg) for error in checks.classification_errors([Guest], entries)]


class TestLoad:
    def test_a_column_takes_the_retention_of_its_row(self, load):
        entries = load(SOUND)["Guest"]
        assert entries["city"] == Entry(Protection.PUBLIC, Retention.RELATION)

    def test_a_column_may_have_one_of_its_own(self, load):
        assert load(SOUND)["Guest"]["phone"] == Entry(Protection.SEALED, Retention.CONSENT)

    def test_a_missing_file_says_nothing(self, tmp_path):
        assert registry.load(tmp_path / "nothing.toml") == {}

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[Guest", "classification.toml"),
            ("[Guest]\ncity = 'PUBLIC'", "_retention"),
            ("Guest = 'PUBLIC'", "a table of columns"),
            ("[Guest]\n_retention = 'RELATION'\ncity = 'OPEN'", "Guest.city: 'OPEN'"),
            ("[Guest]\n_retention = 'LONG'\ncity = 'PUBLIC'", "Guest.city: 'LONG'"),
            ("[Guest]\n_retention = 'RELATION'\ncity = 'PUBLIC SOON'", "Guest.city: 'SOON'"),
            ("[Guest]\n_retention = 'RELATION'\ncity = 7", "Guest.city: '7'"),
        ],
    )
    def test_what_cannot_be_understood_is_said(self, load, text, fault):
        with pytest.raises(ClassificationIsWrong) as caught:
            load(text)
        assert fault in str(caught.value)


class TestAgainstTheModels:
    def test_a_sound_file_raises_nothing(self, load):
        assert faults(load(SOUND)) == []

    def test_a_new_column_must_be_classified(self, load):
        assert faults(load(SOUND.replace('city = "PUBLIC"\n', ""))) == [
            "Guest.city is not classified."
        ]

    def test_a_new_model_must_be_classified(self):
        assert len(faults({})) == 5

    def test_a_removed_column_must_be_removed_here_too(self, load):
        assert faults(load(SOUND + 'town = "PUBLIC"\n')) == [
            "Guest.town is classified but does not exist."
        ]
        assert faults(load(SOUND + '[Host]\n_retention = "LOG"\nid = "PUBLIC"\n')) == [
            "Host.id is classified but does not exist."
        ]

    def test_what_must_be_sealed_is_in_a_sealed_column(self, load):
        wrong = SOUND.replace('city = "PUBLIC"', 'city = "SEALED"')
        assert faults(load(wrong)) == ["Guest.city: SEALED and a sealed field go together."]

    def test_a_sealed_column_is_not_called_anything_else(self, load):
        wrong = SOUND.replace('"SEALED CONSENT"', '"INTERNAL"')
        assert faults(load(wrong)) == ["Guest.phone: SEALED and a sealed field go together."]


class TestTheHouse:
    @pytest.mark.parametrize("label", ["common"])
    def test_every_column_of_the_app_is_classified(self, label):
        assert checks.every_column_is_classified([apps.get_app_config(label)]) == []

    def test_other_peoples_apps_are_not_our_affair(self):
        assert checks.every_column_is_classified([apps.get_app_config("auth")]) == []

    def test_a_broken_file_is_an_error_and_not_a_crash(self, tmp_path, monkeypatch):
        (tmp_path / registry.FILE_NAME).write_text("[Guest")
        config = apps.get_app_config("common")
        monkeypatch.setattr(config, "path", str(tmp_path))
        (error,) = checks.every_column_is_classified([config])
        assert error.id == "mingzhang.E004"
        assert error.msg.startswith("common: ")

    def test_the_registry_stands_beside_the_app(self):
        assert (Path(apps.get_app_config("common").path) / registry.FILE_NAME).exists()
