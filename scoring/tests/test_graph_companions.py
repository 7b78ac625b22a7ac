"""Who applied before anybody looked: a ring may be whole for the first who is decided."""

import pytest
from django.db import transaction

from borrowers.consent.purposes import SHARED_LINKS
from borrowers.tests import cast
from scoring.graph import actions, queries
from scoring.graph.models import LinkedCase, MarkKind, MemberApplication, MemberMark, MemberTransfer
from scoring.tests.builders import NOW
from scoring.tests.members import DAY, HOUR, NAMES, Circle, ring

DEVICE = "a" * 22


def sends(circle, *names, device="", at=NOW):
    """They send their applications an hour after each other, the last one now."""
    return [
        sent(circle, name, device=device, at=at - (len(names) - 1 - place) * HOUR)
        for place, name in enumerate(names)
    ]


def sent(circle, name, *, device="", at=NOW):
    with transaction.atomic():
        return actions.note_application(
            application_id=900_001 + NAMES.index(name),
            borrower_id=circle.cards[name].id,
            device=device,
            at=at,
        )


def family(*names, months=4):
    """Two who have helped the third for months, and do so again."""
    circle = Circle()
    for name in names:
        circle.add(name)
    for back in range(months):
        for name in names[1:]:
            circle.sends(name, names[0], 600 + back, NOW - (40 + 30 * back) * DAY)
    for name in names[1:]:
        circle.sends(name, names[0], 900, NOW - 2 * DAY)
    circle.share_bills()
    return circle


@pytest.mark.django_db
class TestSending:
    def test_is_kept_of_who_allows_it_before_anybody_looks(self):
        circle = ring()

        assert sends(circle, "Lin") == [True]

        row = MemberApplication.objects.get()
        assert (row.borrower_id, row.is_linked) == (circle.cards["Lin"].id, None)

    def test_is_not_kept_of_who_does_not(self):
        circle = ring(without="Lin")

        assert sends(circle, "Lin", device=DEVICE) == [False]

        assert not MemberApplication.objects.exists()
        assert not MemberMark.objects.exists()

    def test_twice_is_once(self):
        circle = ring()
        sends(circle, "Lin", device=DEVICE)
        before = list(MemberApplication.objects.values())

        assert sends(circle, "Lin", device=DEVICE) == [True]

        assert list(MemberApplication.objects.values()) == before
        assert MemberMark.objects.count() == 2

    def test_keeps_the_device_as_a_code_and_not_as_it_is(self):
        circle = ring()

        sends(circle, "Lin", "Wei", device=DEVICE)

        marks = MemberMark.objects.filter(kind=MarkKind.DEVICE)
        assert marks.count() == 2
        assert len({row.mark for row in marks}) == 1
        assert DEVICE not in str(list(marks.values()))

    def test_without_a_device_marks_none(self):
        circle = ring()

        sends(circle, "Lin")

        assert not MemberMark.objects.filter(kind=MarkKind.DEVICE).exists()

    def test_alone_opens_no_case_by_night(self):
        circle = ring()
        sends(circle, *NAMES[:4])

        found = queries.applied_since(NOW - 10 * DAY, first_id=0, before_id=10**9)

        assert found == []


@pytest.mark.django_db
class TestTheFirstOfARing:
    def test_goes_to_a_person_when_all_have_sent_theirs(self):
        circle = ring()
        sends(circle, "Lin", "Wei", "Chen", "Zhao")

        assert circle.applies("Lin") is True

        case = LinkedCase.objects.get()
        assert case.borrower_id == circle.cards["Lin"].id
        assert (case.people, case.is_late) == (4, False)

    def test_is_seen_whole_from_its_edge_too(self):
        circle = ring()
        sends(circle, "Wei", "Chen", "Zhao", "Lin")

        assert circle.applies("Wei") is True

        assert LinkedCase.objects.get().people == 4
        assert MemberTransfer.objects.count() == 3

    @pytest.mark.parametrize("first", NAMES[:4])
    def test_whoever_it_is(self, first):
        circle = ring()
        sends(circle, *NAMES[:4])

        assert circle.applies(first) is True

    def test_is_not_referred_while_the_others_have_not_applied(self):
        circle = ring()
        sends(circle, "Lin")

        assert circle.applies("Lin") is False

        assert not LinkedCase.objects.exists()

    def test_counts_from_when_it_was_sent(self):
        circle = ring()
        sends(circle, *NAMES[:4], at=NOW - HOUR)

        circle.applies("Lin")

        assert LinkedCase.objects.get().applied_at == NOW - 4 * HOUR

    def test_is_answered_the_same_when_asked_again(self):
        circle = ring()
        sends(circle, *NAMES[:4])
        circle.applies("Lin")

        assert circle.applies("Lin") is True

        assert LinkedCase.objects.count() == 1
        row = MemberApplication.objects.get(borrower=circle.cards["Lin"].id)
        assert row.is_linked is True

    def test_decided_alone_stays_so_although_others_come_later(self):
        circle = ring()
        sends(circle, "Lin")
        circle.applies("Lin")
        sends(circle, "Wei", "Chen", "Zhao")

        assert circle.applies("Lin") is False

    def test_who_took_the_consent_back_since_is_not_looked_at(self):
        circle = ring()
        sends(circle, *NAMES[:4])
        cast.withdraw(circle.cards["Lin"], SHARED_LINKS)

        assert circle.applies("Lin") is False

        assert not LinkedCase.objects.exists()

    def test_who_took_it_back_is_no_companion_of_anybody(self):
        circle = ring()
        sends(circle, *NAMES[:4])
        cast.withdraw(circle.cards["Lin"], SHARED_LINKS)

        assert circle.applies("Wei") is False

        lin = circle.cards["Lin"].id
        assert not MemberTransfer.objects.filter(taker=lin).exists()


@pytest.mark.django_db
class TestFamilies:
    def test_who_send_at_the_same_time_are_left_in_peace(self):
        circle = family("Lin", "Wei", "Chen")
        sends(circle, "Lin", "Wei", "Chen", device=DEVICE)

        assert [circle.applies(name) for name in ("Lin", "Wei", "Chen")] == [False] * 3

        assert not LinkedCase.objects.exists()

    def test_a_shared_device_alone_is_never_enough(self):
        circle = Circle()
        for name in NAMES[:4]:
            circle.add(name)
        sends(circle, *NAMES[:4], device=DEVICE)

        assert [circle.applies(name) for name in NAMES[:4]] == [False] * 4
