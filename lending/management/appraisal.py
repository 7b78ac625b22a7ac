"""The decision on bill files as one pure path: read, merge, features, score, policy, schedule.

No row is read or written. What the files cannot tell is assumed and said: an adult, who owes us
nothing and agrees to the use of these records.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from borrowers.behaviour.columns import from_events
from borrowers.behaviour.imports import Reading, Standing, contradicted
from borrowers.checks.integrity.report import inspect
from borrowers.connectors.contracts import BillReading, RawEvent
from common.errors import Refused
from common.periods import SHANGHAI, shanghai_date
from common.texts import gettext_noop
from lending.calc.contracts import Instalment
from lending.calc.schedule import equal_instalments
from lending.products import demonstration
from lending.products import law as laws
from scoring.decisions.contracts import CreditRequest, Numbers, Verdict
from scoring.decisions.engine import assess
from scoring.features.kernel import plain, vector
from scoring.policy import table
from scoring.registry.expert import scorecard

# The rulebook begins with the first of these days.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


class DayOutOfReach(Refused):
    """No law is known for the day."""

    code = "DAY_OUT_OF_REACH"
    message = gettext_noop("We cannot decide as of %(day)s.")
    advice = gettext_noop("Give a day from 2000 to 2099 with --as-of.")
    status = 422


@dataclass(frozen=True, slots=True)
class Bill:
    """A file that was read, under the name it was given by."""

    name: str
    reading: BillReading


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for."""

    amount_fen: int
    term_months: int
    scene: str
    is_enrolment_proved: bool
    as_of: date | None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file, and how many of its events an earlier file had told of already."""

    bill: Bill
    repeated: int


@dataclass(frozen=True, slots=True)
class Appraisal:
    """The verdict, with all that led to it and what it would cost a month."""

    verdict: Verdict
    features: Mapping[str, float | None]
    as_of: date
    principal_fen: int
    schedule: tuple[Instalment, ...]
    files: tuple[ReadFile, ...]

    @property
    def instalment_fen(self) -> int:
        """The amount of every instalment but the last; 0 where nothing can be lent."""
        return self.schedule[0].total_fen if self.schedule else 0


def appraise(bills: Sequence[Bill], question: Question) -> Appraisal:
    """Decide on the bills as if a borrower had sent them with an application.

    Raises DayOutOfReach.
    """
    events, files = merged(bills)
    readings = [bill.reading for bill in bills]
    as_of = question.as_of or day_after_last(events)
    if not FIRST_DAY <= as_of <= LAST_DAY:
        raise DayOutOfReach(day=as_of)
    start_of_day = datetime.combine(as_of, time.min, tzinfo=SHANGHAI)
    features = plain(vector(from_events(events), as_of=start_of_day))
    numbers = trial_numbers(question.scene, as_of)
    verdict = assess(
        request_of(
            question,
            numbers,
            are_records_whole=not contradicted([standing_of(each) for each in readings]),
        ),
        features=features,
        card=scorecard.expert(),
        policy=table.demonstration(),
        numbers=numbers,
    )
    principal_fen = min(question.amount_fen, verdict.limit_fen)
    schedule = schedule_of(verdict, principal_fen, question.term_months, as_of)
    return Appraisal(verdict, features, as_of, principal_fen, schedule, files)


def standing_of(reading: Reading) -> Standing:
    """How the bill looks by itself, as if it had been uploaded."""
    report = inspect(reading)
    return Standing(
        source=reading.source,
        totals_agree=reading.totals_agree,
        tamper_score_percent=report.tamper_score_percent,
        first_at=reading.first_at,
        last_at=reading.last_at,
    )


def schedule_of(
    verdict: Verdict, principal_fen: int, term_months: int, starts_on: date
) -> tuple[Instalment, ...]:
    """What would be paid back and when; nothing where nothing can be lent."""
    months = min(term_months, verdict.max_term_months)
    if principal_fen == 0 or months == 0:
        return ()
    return equal_instalments(
        principal_fen=principal_fen,
        annual_rate_ppm=verdict.annual_rate_ppm,
        months=months,
        starts_on=starts_on,
    )


def merged(bills: Iterable[Bill]) -> tuple[list[RawEvent], tuple[ReadFile, ...]]:
    """Every event once, whichever files tell of it; the telling that knows of a refund stays."""
    events: dict[bytes, RawEvent] = {}
    files = []
    for bill in bills:
        before = len(events)
        for event in bill.reading.events:
            known = events.get(event.event_key)
            if known is None or event.refunded_fen > known.refunded_fen:
                events[event.event_key] = event
        added = len(events) - before
        files.append(ReadFile(bill, repeated=len(bill.reading.events) - added))
    return list(events.values()), tuple(files)


def day_after_last(events: Iterable[RawEvent]) -> date:
    """The first day on which everything in the files lies in the past."""
    last = shanghai_date(max(event.occurred_at for event in events))
    return last + timedelta(days=1) if last < LAST_DAY else last


def trial_numbers(scene: str, as_of: date) -> Numbers:
    """The law of the day, and the bounds of the demonstration's product for the scene."""
    product = demonstration.product_for(scene)
    law = laws.on(as_of, licence=product.licence, product=product.code)
    return Numbers(
        minimum_age_years=law.minimum_age_years,
        minimum_fen=product.minimum_fen,
        maximum_fen=product.maximum_fen,
        terms_months=product.terms_months,
        floor_rate_ppm=product.floor_rate_ppm,
        annual_rate_cap_ppm=law.cap_ppm,
        exposure_cap_fen=law.exposure_cap_fen,
    )


def request_of(question: Question, numbers: Numbers, *, are_records_whole: bool) -> CreditRequest:
    """The application, with what the files cannot tell assumed."""
    return CreditRequest(
        amount_fen=question.amount_fen,
        term_months=question.term_months,
        scene=question.scene,
        age_years=numbers.minimum_age_years,
        is_enrolment_proved=question.is_enrolment_proved,
        outstanding_fen=0,
        has_consumption_consent=True,
        are_records_whole=are_records_whole,
    )
