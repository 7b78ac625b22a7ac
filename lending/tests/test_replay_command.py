"""`manage.py replay_decision`: old decisions, decided again in front of whoever asks."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lending.tests import builders
from lending.tests.test_deciding import decide, sent
from scoring.decisions.models import Assessment
from scoring.features.models import FeatureVector
from scoring.policy import actions as policies
from scoring.registry import actions as models

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    builders.open_books()
    models.load_defaults()
    policies.load_defaults()
    return decide(sent(builders.person("Lin")))


def said(*asked, **options):
    out = StringIO()
    call_command("replay_decision", *asked, stdout=out, **options)
    return out.getvalue()


def test_finds_a_decision_by_its_own_number_and_by_the_applications(application):
    number = Assessment.objects.get().public_id

    assert said(number) == said(application.public_id) == f"{number} IDENTICAL\n"


def test_counts_all_or_the_latest(application):
    assert said("--all") == "1 IDENTICAL\n"
    assert said("--latest", "5") == "1 IDENTICAL\n"
    assert said("--latest", "0") == "0 decisions\n"


def test_says_what_differs_and_ends_badly(application):
    row = Assessment.objects.get()
    row.reasons = [{**each, "points": each["points"] + 1} for each in row.reasons]
    row.save(update_fields=["reasons"])
    out = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("replay_decision", "--all", stdout=out)

    assert end.value.code == 1
    assert f"{row.public_id} DIFFERS\n  reasons: " in out.getvalue()
    assert out.getvalue().endswith("1 DIFFERS\n")


def test_answers_erased_with_the_commitment_and_ends_well(application):
    mark = FeatureVector.objects.get().commitment
    FeatureVector.objects.update(features=None, salt="")

    assert f"ERASED {mark}" in said(application.public_id)
    assert said("--all") == "1 ERASED\n"


def test_speaks_json_for_other_programs(application):
    found = json.loads(said(application.public_id, "--json"))

    assert (found["outcome"], found["differences"]) == ("IDENTICAL", [])
    assert len(found["mark"]) == 64


def test_says_when_there_is_no_such_decision(application):
    with pytest.raises(CommandError, match="no decision and no application"):
        said("nobody")


def test_says_when_an_application_has_not_been_decided(application):
    waiting = sent(builders.person("Wei"), amount_fen=200_000)

    with pytest.raises(CommandError, match="has not been decided"):
        said(waiting.public_id)
