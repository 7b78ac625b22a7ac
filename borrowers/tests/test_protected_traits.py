"""Protected attributes: by consent, sealed, out as sums over many, and read by nobody else."""

import ast
from dataclasses import asdict
from datetime import date

import numpy as np
import pytest
from django.contrib import admin
from django.db import connection

from borrowers import tasks
from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.people import actions as people
from borrowers.people import queries as people_queries
from borrowers.people.id_number import check_character
from borrowers.protected import actions, queries, traits
from borrowers.protected.actions import FairnessNotAllowed, TraitUnknown
from borrowers.protected.contracts import Aggregate, Attribute
from borrowers.protected.models import ProtectedTraits
from borrowers.protected.queries import TellsOfFew
from borrowers.protected.traits import Traits
from borrowers.tests import cast
from tests.architecture.sources import ROOT

ON = cast.TODAY
# Who may know of these attributes at all; everything else of the platform may not.
MAY_KNOW = ("borrowers/protected", "scoring/oversight", "borrowers/models.py", "borrowers/tasks.py")
# Doors through which somebody says it themselves: it goes in, and never out.
MAY_TAKE = ("borrowers/web/fairness.py", "borrowers/api/fairness.py")


def number_of(region, born_on, sequence):
    digits = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return digits + check_character(digits)


def somebody(place, *, sequence, allows=True, born_on=date(1990, 5, 5), region="990101"):
    """One more invented person, in a region that does not exist."""
    account = people.open_account(phone=f"+86138{place:08d}", language="en")
    card = people_queries.borrower_of(account.pk)
    assert card is not None
    cast.identify(card, name="Test Person", id_number=number_of(region, born_on, sequence))
    if allows:
        cast.allow(card, FAIRNESS_TEST)
    return card


def crowd(women, men):
    """Even sequence numbers are women's, odd ones men's."""
    places = [(2 * at, at) for at in range(1, women + 1)]
    places += [(2 * at + 1, women + at) for at in range(1, men + 1)]
    return [somebody(place, sequence=sequence) for sequence, place in places]


def counted(groups):
    return {
        name: Aggregate(value=1.0, cases=int((groups.codes == at).sum()))
        for at, name in enumerate(groups.names)
    }


def asked(cards, reckon=counted, attribute=Attribute.SEX):
    return queries.by_group(
        attribute=attribute, borrower_ids=[card.id for card in cards], on=ON, reckon=reckon
    )


class TestANumber:
    @pytest.mark.parametrize(
        ("region", "sequence", "expected"),
        [
            ("990101", 2, ("F", "99", "DISTRICT")),
            ("990121", 3, ("M", "99", "COUNTY")),
            ("990181", 4, ("F", "99", "CITY")),
            ("990100", 5, ("M", "99", "")),
        ],
    )
    def test_tells_sex_region_and_household(self, region, sequence, expected):
        found = traits.of_number(number_of(region, date(1990, 5, 5), sequence))
        assert (found.sex, found.region, found.household) == expected

    @pytest.mark.parametrize(
        ("on", "band"),
        [
            (date(2020, 5, 4), "UNDER_30"),
            (date(2020, 5, 5), "30_TO_49"),
            (date(2040, 5, 4), "30_TO_49"),
            (date(2040, 5, 5), "50_AND_OVER"),
        ],
    )
    def test_tells_the_age_band_of_a_day(self, on, band):
        known = traits.of_number(number_of("990101", date(1990, 5, 5), 2))
        assert traits.group_of(known, Attribute.AGE_BAND, on=on) == band

    def test_that_nobody_gave_tells_nothing(self):
        for attribute in Attribute:
            assert traits.group_of(Traits(), attribute, on=ON) == ""


@pytest.mark.django_db
class TestKeeping:
    def test_needs_a_consent_of_its_own(self):
        card = somebody(1, sequence=2, allows=False)
        tasks.keep_protected_traits()
        with pytest.raises(FairnessNotAllowed):
            actions.declare(borrower_id=card.id, sex="F", by=cast.self_of(card))
        assert not ProtectedTraits.objects.exists()

    def test_takes_what_the_number_says_and_twice_is_once(self):
        card = somebody(1, sequence=2)
        tasks.keep_protected_traits()
        tasks.keep_protected_traits()
        kept = ProtectedTraits.objects.get()
        assert kept.borrower_id == card.id
        assert kept.origin == "ID_NUMBER"
        assert kept.traits == asdict(Traits("F", "1990-05-05", "99", "DISTRICT"))

    def test_takes_what_somebody_says_before_what_the_number_says(self):
        card = somebody(1, sequence=2)
        tasks.keep_protected_traits()
        actions.declare(borrower_id=card.id, sex="M", by=cast.self_of(card))
        tasks.keep_protected_traits()
        kept = ProtectedTraits.objects.get()
        assert (kept.traits["sex"], kept.traits["region"], kept.origin) == ("M", "99", "DECLARED")

    def test_refuses_an_answer_that_is_none(self):
        card = somebody(1, sequence=2)
        with pytest.raises(TraitUnknown):
            actions.declare(borrower_id=card.id, sex="X", by=cast.self_of(card))
        assert not ProtectedTraits.objects.exists()

    def test_lets_go_the_night_after_a_withdrawal(self):
        card = somebody(1, sequence=2)
        tasks.keep_protected_traits()
        cast.withdraw(card, FAIRNESS_TEST)
        tasks.keep_protected_traits()
        assert not ProtectedTraits.objects.exists()

    def test_keeps_nothing_readable_in_the_row(self):
        somebody(1, sequence=2)
        tasks.keep_protected_traits()
        with connection.cursor() as cursor:
            cursor.execute("SELECT row_to_json(kept)::text FROM borrowers_protectedtraits AS kept")
            (text,) = cursor.fetchone()
        assert "1990" not in text
        assert "DISTRICT" not in text


@pytest.mark.django_db
class TestAsking:
    def test_tells_sums_of_groups_that_are_large_enough(self):
        cards = crowd(women=31, men=30)
        tasks.keep_protected_traits()
        assert asked(cards) == {"F": Aggregate(1.0, 31), "M": Aggregate(1.0, 30)}
        assert asked(cards, attribute=Attribute.REGION) == {"99": Aggregate(1.0, 61)}

    def test_knows_nothing_of_a_group_that_is_too_small(self):
        cards = crowd(women=31, men=29)
        tasks.keep_protected_traits()
        seen = []

        def look(groups):
            seen.append(groups)
            return counted(groups)

        assert set(asked(cards, look)) == {"F"}
        assert sorted(np.unique(seen[0].codes)) == [-1, 0]

    def test_counts_people_and_not_their_decisions(self):
        cards = crowd(women=3, men=0)
        tasks.keep_protected_traits()
        assert asked(cards * 20) == {}

    def test_tells_no_figure_of_a_few_people(self):
        cards = crowd(women=30, men=30)
        tasks.keep_protected_traits()
        with pytest.raises(TellsOfFew):
            asked(cards, lambda _groups: {"one of them": Aggregate(0.7, 1)})

    def test_says_that_there_is_no_figure_of_few(self):
        told = asked([], lambda _groups: {"F": Aggregate(None, 3)})
        assert told == {"F": Aggregate(None, 3)}

    def test_counts_nobody_who_withdrew_from_the_same_moment(self):
        cards = crowd(women=31, men=0)
        tasks.keep_protected_traits()
        for card in cards[:2]:
            cast.withdraw(card, FAIRNESS_TEST)
        assert asked(cards) == {}


class TestNobodyElse:
    """No feature, policy, decision, price, page or API may know of these attributes."""

    def test_imports_them(self):
        found = [
            str(path.relative_to(ROOT))
            for app in ("common", "borrowers", "scoring", "lending", "monitoring", "config")
            for path in (ROOT / app).rglob("*.py")
            if "tests" not in path.parts
            and "borrowers.protected" in imported_by(path)
            and not str(path.relative_to(ROOT)).startswith(MAY_KNOW)
        ]
        assert sorted(found) == sorted(MAY_TAKE)

    def test_reads_what_was_said_at_the_doors_that_take_it(self):
        for door in MAY_TAKE:
            told = imported_by(ROOT / door)
            assert "borrowers.protected.actions" in told
            assert "borrowers.protected.queries" not in told
            assert "borrowers.protected.models" not in told

    def test_reads_their_table_in_plain_sql(self):
        told = [
            path
            for app in ("borrowers", "scoring", "lending", "monitoring", "common", "config")
            for path in (ROOT / app).rglob("*.py")
            if not {"tests", "migrations", "protected"} & set(path.parts)
            and "protectedtraits" in path.read_text(encoding="utf-8").replace("ProtectedTraits", "")
        ]
        assert told == []

    def test_shows_them_to_staff(self):
        assert not admin.site.is_registered(ProtectedTraits)


def imported_by(path):
    """Every module that a file imports, as one text."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
    return " ".join(sorted(names))
