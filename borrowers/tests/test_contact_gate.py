"""Nobody is called or texted at night, too often or after a stop, in whatever order."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borrowers.contact import actions as contact
from borrowers.contact.hours import Channel, is_quiet, most_a_day
from borrowers.contact.models import Contact, ContactStanding
from borrowers.messages import actions as messages
from borrowers.messages.contracts import Note
from borrowers.messages.models import Message, OutgoingText
from borrowers.messages.templates import TEMPLATES
from borrowers.tests import cast
from common.actors import SYSTEM
from common.errors import Refused
from common.periods import shanghai_date
from tests.machinery.races import at_once
from tests.machinery.unchanged import nothing_written

# Noon in Shanghai.
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NIGHT = NOON + 11 * HOUR
FACTS = {"loan": "L", "amount_fen": 100, "due_on": "2026-11-23"}


def want(borrower_id, key):
    with transaction.atomic():
        contact.want(
            borrower_id=borrower_id, channel=Channel.TEXT, purpose="REMINDER", contact_key=key,
            content={"words": "hello"},
        )  # fmt: skip


def let_through(at):
    with transaction.atomic():
        return [each.contact_key for each in contact.let_through(channel=Channel.TEXT, at=at)]


def call(borrower_id, key, at):
    contact.call(borrower_id=borrower_id, purpose="COLLECTION", call_key=key, at=at, by=SYSTEM)


def said_as_it_is(_borrower_id, words):
    return words


class TestHours:
    @pytest.mark.parametrize(
        ("hour", "minute", "quiet"),
        [(21, 59, False), (22, 0, True), (23, 30, True), (0, 0, True), (7, 59, True),
         (8, 0, False), (12, 0, False)],
    )  # fmt: skip
    def test_are_those_of_shanghai_to_the_minute(self, hour, minute, quiet):
        there = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)

        assert is_quiet(there) is quiet

    def test_three_a_day(self):
        assert most_a_day(NOON) == 3


@pytest.mark.django_db
class TestTexts:
    def test_wanted_at_night_wait_for_the_morning_and_come_once(self):
        lin = cast.borrower("Lin")
        want(lin.id, "due-soon:1:1")

        assert let_through(NIGHT) == []
        assert let_through(NIGHT + 9 * HOUR) == ["due-soon:1:1"]
        assert let_through(NIGHT + 10 * HOUR) == []
        assert Contact.objects.get().state == "MADE"

    def test_beyond_the_day_wait_for_the_next(self):
        lin = cast.borrower("Lin")
        for number in range(4):
            want(lin.id, f"k{number}")

        assert let_through(NOON) == ["k0", "k1", "k2"]
        assert let_through(NOON + HOUR) == []
        assert let_through(NOON + 24 * HOUR) == ["k3"]

    def test_of_one_do_not_hold_up_another(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        for number in range(4):
            want(lin.id, f"k{number}")
        let_through(NOON)
        want(wei.id, "weis")

        assert let_through(NOON + HOUR) == ["weis"]

    def test_after_a_stop_are_dropped_and_after_it_ended_new_ones_come(self):
        lin = cast.borrower("Lin")
        want(lin.id, "before")
        contact.stop(borrower_id=lin.id, code="COMPLAINT", at=NOON, by=SYSTEM)

        assert let_through(NOON) == []
        assert Contact.objects.get().state == "DROPPED"
        contact.resume(borrower_id=lin.id, at=NOON, by=SYSTEM)
        want(lin.id, "after")
        assert let_through(NOON) == ["after"]

    def test_with_the_same_key_are_one(self):
        lin = cast.borrower("Lin")
        want(lin.id, "k")
        want(lin.id, "k")

        assert Contact.objects.count() == 1


@pytest.mark.django_db
class TestCalls:
    def test_at_night_are_refused_and_nothing_is_written(self):
        lin = cast.borrower("Lin")

        with pytest.raises(contact.ContactNotNow), nothing_written():
            call(lin.id, "c", NIGHT)

    def test_are_three_a_day_and_no_more(self):
        lin = cast.borrower("Lin")
        for number in range(3):
            call(lin.id, f"c{number}", NOON)

        with pytest.raises(contact.ContactNotNow), nothing_written():
            call(lin.id, "c3", NOON)
        call(lin.id, "c4", NOON + 24 * HOUR)

    def test_again_with_the_same_key_are_counted_once(self):
        lin = cast.borrower("Lin")
        call(lin.id, "c", NOON)

        with nothing_written():
            call(lin.id, "c", NOON)

    def test_after_a_stop_are_refused(self):
        lin = cast.borrower("Lin")
        contact.stop(borrower_id=lin.id, code="DISPUTE", at=NOON, by=SYSTEM)

        with pytest.raises(contact.ContactNotNow), nothing_written():
            call(lin.id, "c", NOON)

    def test_of_a_day_that_is_past_are_refused(self):
        """A worker with an old clock cannot open a new account of yesterday."""
        lin = cast.borrower("Lin")
        call(lin.id, "c", NOON)

        with pytest.raises(contact.ContactNotNow):
            call(lin.id, "d", NOON - 24 * HOUR)


@pytest.mark.django_db
class TestWhateverHappens:
    @settings(
        max_examples=25, deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(
        acts=st.lists(
            st.tuples(
                st.sampled_from(["want", "text", "call", "stop", "resume"]),
                st.integers(0, 60 * 9),
            ),
            max_size=30,
        )
    )
    def test_hours_and_counts_hold(self, acts):
        with transaction.atomic():
            lin = cast.borrower("Lin")
            at, made, is_stopped = NOON, [], False
            for number, (act, minutes) in enumerate(acts):
                at += timedelta(minutes=minutes)
                if act == "want":
                    want(lin.id, f"k{number}")
                elif act == "text":
                    made += [(Channel.TEXT, at, is_stopped) for _ in let_through(at)]
                elif act == "call":
                    if contact._counts(lin.id, Channel.CALL, at) if not is_quiet(at) else False:
                        made.append((Channel.CALL, at, is_stopped))
                else:
                    is_stopped = act == "stop"
                    contact._flag(lin.id, "WISH" if is_stopped else "", at)

            assert not any(is_quiet(moment) or stopped for _, moment, stopped in made)
            for channel in Channel:
                days = [shanghai_date(moment) for each, moment, _ in made if each is channel]
                assert all(days.count(day) <= 3 for day in days)
            transaction.set_rollback(True)


@pytest.mark.commits
class TestAtOnce:
    def test_ten_calls_become_three(self):
        lin = cast.borrower("Lin")

        outcomes = at_once(lambda number: call(lin.id, f"c{number}", NOON), range(10))

        assert sum(each is None for each in outcomes) == 3
        assert ContactStanding.objects.get().calls == 3
        assert Contact.objects.count() == 3

    def test_five_workers_send_each_text_once(self):
        lin, wei = cast.borrower("Lin"), cast.borrower("Wei")
        for number in range(3):
            want(lin.id, f"l{number}")
            want(wei.id, f"w{number}")

        found = at_once(lambda _: let_through(NOON), range(5))

        assert not any(isinstance(each, Refused) for each in found)
        sent = sorted(key for each in found if not isinstance(each, Refused) for key in each)
        assert sent == ["l0", "l1", "l2", "w0", "w1", "w2"]


def sent_due_soon(*people, facts=None, template="INSTALMENT_DUE_SOON"):
    """How many of these people's reminders are new."""
    return messages.send_rows(
        template=template,
        rows="SELECT id, %(facts)s::jsonb, 'due-soon:' || id FROM unnest(%(people)s) AS one (id)",
        values={
            "facts": json.dumps(FACTS if facts is None else facts),
            "people": [one.id for one in people],
        },
    )


@pytest.mark.django_db
class TestReminders:
    def test_stand_in_the_inbox_at_once_and_are_texted_in_the_morning(self):
        lin = cast.borrower("Lin")
        with transaction.atomic():
            assert sent_due_soon(lin) == 1
            assert sent_due_soon(lin) == 0
        assert Message.objects.count() == 1

        assert messages.text_what_waits(at=NIGHT, worded=said_as_it_is) == 0
        assert not OutgoingText.objects.exists()
        assert messages.text_what_waits(at=NIGHT + 9 * HOUR, worded=said_as_it_is) == 1
        assert messages.text_what_waits(at=NIGHT + 9 * HOUR, worded=said_as_it_is) == 0

        assert OutgoingText.objects.get().words["words"] == messages.WORDS

    def test_say_nothing_of_a_debt_on_the_phone(self):
        assert "due" not in messages.WORDS
        assert "loan" not in messages.WORDS

    def test_lacking_a_fact_are_not_sent(self):
        lin = cast.borrower("Lin")

        for lacking in TEMPLATES["INSTALMENT_DUE_SOON"].facts:
            facts = {name: fact for name, fact in FACTS.items() if name != lacking}
            with pytest.raises(ValueError, match="needs"), transaction.atomic():
                sent_due_soon(lin, facts=facts)

        assert not Message.objects.exists()
        assert not Contact.objects.exists()

    def test_may_be_notes_instead_of_rows(self):
        lin = cast.borrower("Lin")
        note = Note(borrower_id=lin.id, facts=FACTS, message_key="a note")
        with transaction.atomic():
            assert messages.send_many(template="INSTALMENT_DUE_SOON", notes=[note]) == 1
            assert messages.send_many(template="INSTALMENT_DUE_SOON", notes=[note]) == 0
            assert messages.send_many(template="INSTALMENT_DUE_SOON", notes=[]) == 0

        assert Message.objects.get().facts == FACTS
        assert Contact.objects.get().contact_key == "a note"

    def test_of_an_unknown_kind_are_not_sent(self):
        lin = cast.borrower("Lin")

        with pytest.raises(KeyError), transaction.atomic():
            sent_due_soon(lin, template="NO_SUCH_NOTE")

        assert not Message.objects.exists()

    def test_to_many_people_are_as_if_each_had_been_written_to_alone(self):
        people = [cast.borrower(name) for name in ("Lin", "Wei", "Chen")]
        with transaction.atomic():
            assert sent_due_soon(*people) == 3
            messages.send(
                borrower_id=people[0].id,
                template="INSTALMENT_DUE_SOON",
                facts=FACTS,
                message_key="alone",
            )

        alone = Message.objects.get(message_key="alone")
        for message in Message.objects.exclude(pk=alone.pk):
            assert message.facts == alone.facts
            assert message.template == alone.template
        assert {each.borrower_id for each in Contact.objects.all()} == {one.id for one in people}
        assert all(each.content == {"words": messages.WORDS} for each in Contact.objects.all())
