"""Protected attributes: laws of any number, and and refusals that keep nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.people.id_number import check_character
from borrowers.protected import actions, queries, traits
from borrowers.protected.contracts import Aggregate, Attribute
from borrowers.protected.models import ProtectedTraits
from borrowers.protected.traits import Traits
from borrowers.tests import cast
from common.audit.models import AuditEntry
from common.errors import NotFound

TODAY = date(2026, 11, 20)
DECLARED = "borrowers.protected.declared"
births = st.dates(date(1930, 1, 1), date(2008, 1, 1))


def number_of(born_on, sequence, region="990101"):
    digits = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return digits + check_character(digits)


def declared():
    return AuditEntry.objects.filter(action=DECLARED).count()


class TestAnyNumber:
    @given(born_on=births, sequence=st.integers(0, 999))
    def test_tells_one_sex_by_its_last_but_one(self, born_on, sequence):
        told = traits.of_number(number_of(born_on, sequence))

        assert told.sex == (traits.MALE if sequence % 2 else traits.FEMALE)

    @given(born_on=births, sequence=st.integers(0, 999))
    def test_tells_the_day_of_birth_and_nothing_else_of_it(self, born_on, sequence):
        told = traits.of_number(number_of(born_on, sequence))

        assert told.born_on == born_on.isoformat()
        assert told.region == "99"

    @given(place=st.integers(0, 99))
    def test_is_of_one_kind_of_place_or_of_none(self, place):
        told = traits.of_number(number_of(date(1990, 5, 5), 1, region=f"9901{place:02d}"))

        expected = (
            "" if place == 0 else "DISTRICT" if place <= 20 else "COUNTY" if place <= 80 else "CITY"
        )
        assert told.household == expected

    @given(born_on=births, sequence=st.integers(0, 999), on=st.dates(TODAY, date(2040, 1, 1)))
    def test_puts_everybody_into_one_band_of_age_that_only_rises(self, born_on, sequence, on):
        known = traits.of_number(number_of(born_on, sequence))
        order = ["UNDER_30", "30_TO_49", "50_AND_OVER"]

        then = traits.group_of(known, Attribute.AGE_BAND, on=TODAY)
        later = traits.group_of(known, Attribute.AGE_BAND, on=on)

        assert order.index(then) <= order.index(later)

    @pytest.mark.parametrize("attribute", list(Attribute))
    def test_that_is_not_known_is_in_no_group(self, attribute):
        assert traits.group_of(Traits(), attribute, on=TODAY) == traits.UNKNOWN


@pytest.mark.django_db
class TestDeclaring:
    @pytest.mark.parametrize("answer", ["X", "f", "male", "女", " F", "F" * 500, "'; --"])
    def test_anything_that_is_no_answer_is_refused_and_kept_nowhere(self, answer):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)

        with pytest.raises(actions.TraitUnknown):
            actions.declare(borrower_id=lin.id, sex=answer, by=cast.self_of(lin))

        assert not ProtectedTraits.objects.exists()
        assert declared() == 0

    @pytest.mark.parametrize("answer", ["F", "M", ""])
    def test_without_the_consent_is_refused_and_kept_nowhere(self, answer):
        lin = cast.borrower("Lin")

        with pytest.raises(actions.FairnessNotAllowed):
            actions.declare(borrower_id=lin.id, sex=answer, by=cast.self_of(lin))

        assert not ProtectedTraits.objects.exists()
        assert declared() == 0

    def test_after_a_withdrawal_is_refused_and_changes_nothing(self):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)
        actions.declare(borrower_id=lin.id, sex="F", by=cast.self_of(lin))
        cast.withdraw(lin, FAIRNESS_TEST)

        with pytest.raises(actions.FairnessNotAllowed):
            actions.declare(borrower_id=lin.id, sex="M", by=cast.self_of(lin))

        assert ProtectedTraits.objects.get().traits["sex"] == "F"
        assert declared() == 1

    def test_of_nobody_is_not_found(self):
        with pytest.raises(NotFound):
            actions.declare(borrower_id=404, sex="F", by=cast.self_of(cast.borrower("Lin")))

        assert not ProtectedTraits.objects.exists()

    def test_again_says_it_anew_and_keeps_one_row(self):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)

        for answer in ("F", "M", ""):
            actions.declare(borrower_id=lin.id, sex=answer, by=cast.self_of(lin))

        assert ProtectedTraits.objects.get().traits["sex"] == ""
        assert declared() == 3

    def test_leaves_no_answer_in_the_log(self):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)

        actions.declare(borrower_id=lin.id, sex="F", by=cast.self_of(lin))

        entry = AuditEntry.objects.get(action=DECLARED)
        assert set(entry.facts) == {"consent"}

    def test_is_nothing_that_others_change(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        for each in (lin, wei):
            cast.allow(each, FAIRNESS_TEST)
            actions.declare(borrower_id=each.id, sex="F", by=cast.self_of(each))

        actions.declare(borrower_id=wei.id, sex="M", by=cast.self_of(wei))

        row = ProtectedTraits.objects.get(borrower_id=lin.id)
        assert row.traits["sex"] == "F"


@pytest.mark.django_db
class TestForgetting:
    def test_takes_only_whose_consent_is_gone(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        for each in (lin, wei):
            cast.allow(each, FAIRNESS_TEST)
            actions.declare(borrower_id=each.id, sex="F", by=cast.self_of(each))
        cast.withdraw(lin, FAIRNESS_TEST)

        assert actions.forget() == 1

        assert ProtectedTraits.objects.get().borrower_id == wei.id

    def test_twice_is_once(self):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)
        actions.declare(borrower_id=lin.id, sex="F", by=cast.self_of(lin))
        cast.withdraw(lin, FAIRNESS_TEST)

        assert [actions.forget(), actions.forget()] == [1, 0]

    def test_of_nobody_is_nothing(self):
        assert actions.forget() == 0
        assert actions.derive() is None


@pytest.mark.django_db
class TestAsking:
    def test_of_who_is_named_twice_counts_one_person(self):
        lin = cast.borrower("Lin")
        cast.allow(lin, FAIRNESS_TEST)
        actions.declare(borrower_id=lin.id, sex="F", by=cast.self_of(lin))
        seen = []

        def reckon(groups):
            seen.append(groups)
            return {}

        queries.by_group(
            attribute=Attribute.SEX, borrower_ids=[lin.id] * 40, on=TODAY, reckon=reckon
        )

        (groups,) = seen
        assert groups.names == ()
        assert set(groups.codes.tolist()) == {queries.NOT_KNOWN}

    @pytest.mark.parametrize("cases", [0, 1, 29])
    def test_lets_no_figure_of_a_few_out(self, cases):
        with pytest.raises(queries.TellsOfFew):
            queries.by_group(
                attribute=Attribute.SEX,
                borrower_ids=[],
                on=TODAY,
                reckon=lambda _groups: {"rate": Aggregate(0.5, cases)},
            )

    def test_of_nobody_gives_an_empty_table(self):
        told = queries.by_group(
            attribute=Attribute.REGION,
            borrower_ids=[],
            on=TODAY,
            reckon=lambda groups: {"people": Aggregate(None, len(groups.codes))},
        )

        assert told == {"people": Aggregate(None, 0)}
