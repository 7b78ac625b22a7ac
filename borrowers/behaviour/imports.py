"""Bills as values: what a reader found, what was kept of it, what the person sees. No Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from borrowers.behaviour.contracts import Assurance, EventKey, MatchColumns, RawEvent, Source
from borrowers.consent.purposes import (
    CONSUMPTION_RECORDS,
    DEVICE,
    SOCIAL_ACTIVITY,
    SOCIAL_INSURANCE,
    STUDENT_STATUS,
)
from common.canonical import text_of

# From this score on, a person looks at a case that stands on the file.
FLAGGED_PERCENT = 50

# Records that are no payments stand on a consent of their own; the database insists on it too.
PURPOSES_OF_SOURCES = {
    Source.SOCIAL_INSURANCE: SOCIAL_INSURANCE,
    Source.STUDENT_STATUS: STUDENT_STATUS,
    Source.SOCIAL_ACTIVITY: SOCIAL_ACTIVITY,
    Source.DEVICE: DEVICE,
}
PURPOSES_OF_RECORDS = frozenset({CONSUMPTION_RECORDS, *PURPOSES_OF_SOURCES.values()})


def purpose_of(source: Source) -> str:
    """The purpose whose consent a bill of this source needs."""
    return PURPOSES_OF_SOURCES.get(source, CONSUMPTION_RECORDS)


class UnreadRow(Protocol):
    """A row of a bill that could not be read."""

    @property
    def row_number(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def words(self) -> str: ...


class Reading(Protocol):
    """What a reader found in one bill (borrowers.connectors has the one implementation)."""

    @property
    def source(self) -> Source: ...
    @property
    def dialect(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def events(self) -> Sequence[RawEvent]: ...
    @property
    def rows_read(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def quarantined(self) -> Sequence[UnreadRow]: ...
    @property
    def declared_rows(self) -> int | None: ...
    @property
    def totals_agree(self) -> bool | None: ...
    @property
    def first_at(self) -> datetime | None: ...
    @property
    def last_at(self) -> datetime | None: ...
    @property
    def declared_in_fen(self) -> int | None: ...
    @property
    def declared_out_fen(self) -> int | None: ...
    @property
    def suppressed(self) -> int: ...
    @property
    def connector_version(self) -> str: ...
    @property
    def opening_fen(self) -> int | None: ...
    @property
    def closing_fen(self) -> int | None: ...
    @property
    def period_from(self) -> date | None: ...
    @property
    def period_until(self) -> date | None: ...
    @property
    def verification_code(self) -> str: ...
    @property
    def keeps_file(self) -> bool: ...


def what_was_read(reading: Reading) -> bytes:
    """All that may be kept of a file that tells more: what its events tell, and the code by which
    its issuer can be asked. The same file gives the same bytes."""
    facts = [
        [each.occurred_at.isoformat(), each.counterparty, dict(each.metrics or {})]
        for each in reading.events
    ]
    told = {"dialect": reading.dialect, "code": reading.verification_code, "facts": facts}
    return text_of(told).encode()


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """Events of one person out of a signed delivery. `quarantined` are row numbers with reasons."""

    sender: str
    events: Sequence[RawEvent]
    duplicates: int
    quarantined: Sequence[tuple[int, str]]
    day: date


class Told(Protocol):
    """What a bill says about itself, held against its rows."""

    @property
    def source(self) -> int: ...
    @property
    def totals_agree(self) -> bool | None: ...
    @property
    def tamper_score_percent(self) -> int: ...
    @property
    def first_at(self) -> datetime | None: ...
    @property
    def last_at(self) -> datetime | None: ...


Bill = TypeVar("Bill", bound=Told)


def contradicted(bills: Sequence[Bill]) -> list[Bill]:
    """The bills that cannot be taken at their word, unless a whole one tells the same time.

    Their count or sums do not fit their rows, or they look as if somebody changed them. A bill
    that was cut off on its way is made good by uploading it as it was exported. Rows that differ
    from what an earlier file said flag the later file, so that nobody is made good by half.
    """
    whole = [bill for bill in bills if bill.totals_agree and not is_flagged(bill)]
    return [
        bill
        for bill in bills
        if (bill.totals_agree is False or is_flagged(bill))
        and not any(_covers(each, bill) for each in whole)
    ]


def is_flagged(bill: Told) -> bool:
    """Whether a bill looks so much as if somebody changed it that a person has to look."""
    return bill.tamper_score_percent >= FLAGGED_PERCENT


def _covers(whole: Told, part: Told) -> bool:
    if not (whole.first_at and whole.last_at and part.first_at and part.last_at):
        return False
    is_inside = whole.first_at <= part.first_at and part.last_at <= whole.last_at
    return is_inside and whole.source == part.source


@dataclass(frozen=True, slots=True)
class Standing:
    """What a bill that is not kept says about itself, and how it looks."""

    source: Source
    totals_agree: bool | None
    tamper_score_percent: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing that speaks against a file: on how many rows, and how loudly (0 to 100)."""

    code: str
    rows: int
    weight: int


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What speaks against a file. It lowers assurance and calls a person; it declines nothing."""

    findings: tuple[Finding, ...]
    tamper_score_percent: int
    assurance: Assurance


class Inspect(Protocol):
    """How a file is looked at: its reading, its rows as columns, and what was known before."""

    def __call__(
        self, reading: Reading, incoming: MatchColumns, known: MatchColumns, /
    ) -> IntegrityReport: ...


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of an upload. Read rows = imported + duplicates + quarantined + not counted."""

    batch_id: int
    public_id: str
    imported: int
    duplicates: int
    quarantined: int
    not_counted: int
    already_imported: bool


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One bill as the person sees it. `is_used` ends with the consent that it came under."""

    id: int
    public_id: str
    source: Source
    dialect: str
    rows_read: int
    imported: int
    duplicates: int
    quarantined: int
    not_counted: int
    declared_rows: int | None
    declared_in_fen: int | None
    declared_out_fen: int | None
    totals_agree: bool | None
    assurance: Assurance
    findings: tuple[Finding, ...]
    tamper_score_percent: int
    first_at: datetime | None
    last_at: datetime | None
    imported_at: datetime
    is_used: bool


@dataclass(frozen=True, slots=True)
class EventSeen:
    """One event as its person sees it. The words are empty where they were not kept."""

    key: EventKey
    occurred_at: datetime
    amount_fen: int
    refunded_fen: int
    direction: int
    category: int
    source: int
    assurance: int
    precision: int
    merchant: str
    counterparty: str
    memo: str
    metrics: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class StreamSeen:
    """A salary, another income or a subscription that comes again and again."""

    kind: str
    party: str
    category: int
    frequency: str
    average_fen: int
    occurrences: int
    missed: int
    first_on: date
    last_on: date
    next_on: date
    is_active: bool


@dataclass(frozen=True, slots=True)
class RefundMonth:
    """What came back in one calendar month of Shanghai."""

    first_day: date
    refunds_fen: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What came in, what came back, and what comes again."""

    salary_fen: int
    other_income_fen: int
    refunds_fen: int
    refunds: int
    refund_months: tuple[RefundMonth, ...]
    streams: tuple[StreamSeen, ...]


@dataclass(frozen=True, slots=True)
class MonthSum:
    """Money in and out in one calendar month of Shanghai."""

    first_day: date
    in_fen: int
    out_fen: int


@dataclass(frozen=True, slots=True)
class CategorySum:
    """What was spent on one category in all."""

    category: int
    out_fen: int
    events: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is read of a person's records now, in sums."""

    events: int
    months: tuple[MonthSum, ...]
    categories: tuple[CategorySum, ...]
    batches: tuple[BatchFacts, ...]
