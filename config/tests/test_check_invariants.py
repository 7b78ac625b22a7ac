"""One command says whether what must always hold still holds, to people and to programs."""

import json
from io import StringIO
from pathlib import Path

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils.module_loading import import_string

from common.actors import SYSTEM
from common.audit import actions as audit
from common.audit.models import AuditEntry, AuditLink
from config import assembly, schedule
from config.services.layout import ROOT

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command("check_invariants", *words, stdout=out)
    return out.getvalue()


def forge_a_link() -> None:
    """The one thing that even the application's role can do: add a link that does not fit."""
    audit.append(action="test.thing.done", subject="thing:1", by=SYSTEM, facts={})
    AuditLink.objects.create(position=1, entry=AuditEntry.objects.get(), chain_hash=bytes(32))


class TestTheCommand:
    def test_ends_well_where_all_is_well(self):
        assert said() == f"{len(assembly.INVARIANTS)} checks, 0 breaches\n"

    def test_names_each_breach_and_ends_with_1(self, capsys):
        forge_a_link()
        out = StringIO()

        with pytest.raises(SystemExit) as end:
            call_command("check_invariants", stdout=out)

        assert end.value.code == 1
        assert out.getvalue().splitlines() == [
            "common.audit.invariants.breaches: the audit trail does not fit from link 1",
            f"{len(assembly.INVARIANTS)} checks, 1 breaches",
        ]

    def test_says_the_same_to_programs(self):
        assert json.loads(said("--json")) == {
            "checked": list(assembly.INVARIANTS),
            "breaches": [],
        }
        forge_a_link()
        out = StringIO()

        with pytest.raises(SystemExit):
            call_command("check_invariants", "--json", stdout=out)

        assert json.loads(out.getvalue())["breaches"] == [
            {
                "invariant": "common.audit.invariants.breaches",
                "breach": "the audit trail does not fit from link 1",
            }
        ]


class TestTheAssembly:
    @pytest.mark.parametrize("name", [*assembly.DATA_HOLDERS, *assembly.INVARIANTS])
    def test_names_what_is_there(self, name):
        assert callable(import_string(name))

    def test_names_tasks_of_the_night_that_beat_knows_in_their_order(self):
        current_app.loader.import_default_modules()
        due = [entry["task"] for entry in schedule.BEAT.values()]

        assert [each for each in assembly.NIGHT if each not in current_app.tasks] == []
        assert [each for each in assembly.NIGHT if each not in due] == []

    def test_leaves_out_no_check_of_any_room(self):
        """A room's `invariants.py` that nobody runs would be a promise without a keeper."""
        found = {
            ".".join(path.relative_to(ROOT).with_suffix("").parts) + ".breaches"
            for path in Path(ROOT).glob("*/*/invariants.py")
        }

        assert found - set(assembly.INVARIANTS) == set()


class TestTheSchedule:
    def test_names_tasks_that_exist(self):
        current_app.loader.import_default_modules()

        assert [
            entry["task"]
            for entry in schedule.BEAT.values()
            if entry["task"] not in current_app.tasks
        ] == []
