"""`manage.py list_features`: every indicator of the catalogue with its unit; no database."""

import json
from io import StringIO

from django.core.management import call_command

from scoring.features.catalogue import FEATURES


def said(*words: str) -> str:
    out = StringIO()
    call_command("list_features", *words, stdout=out)
    return out.getvalue()


def test_lists_every_indicator_once_with_its_unit():
    names = [line.split()[0] for line in said().splitlines()]

    assert names == list(FEATURES)


def test_lists_the_same_as_one_object():
    rows = json.loads(said("--json"))["features"]

    assert [each["name"] for each in rows] == list(FEATURES)
    assert all(each["unit"] and each["title"] for each in rows)
