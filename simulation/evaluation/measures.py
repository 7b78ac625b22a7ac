"""What is counted for each person: links, refunds, salaries, scenes, subscriptions, devices."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import (
    Direction,
    EventKey,
    Link,
    LinkKind,
    MatchColumns,
    RawEvent,
)
from borrowers.behaviour.imports import FLAGGED_PERCENT
from borrowers.behaviour.matching import match
from borrowers.behaviour.recurrence import Recurrence, recurring
from borrowers.checks.integrity.report import inspect
from common.periods import shanghai_date
from simulation.evaluation.files import Person, Told, code, columns_of
from simulation.folders.people import faces
from simulation.words import Scene
from simulation.world.events import OWN_TRANSFERS, Kind

PURCHASES = (Kind.PURCHASE, Kind.SUBSCRIPTION)
FEWEST_RENEWALS = 3
MOST_STEPS = 4
# Money that changes its place, or a debt: neither income nor spending.
OWN_MONEY = (*OWN_TRANSFERS, Kind.BNPL_REPAYMENT)


@dataclass(slots=True)
class Hits:
    """Right answers among those given, and right answers among those that were to be given."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    def add(self, *, right: int, given: int, wanted: int) -> None:
        self.right += right
        self.given += given
        self.wanted += wanted

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Measures:
    """The sums over all people."""

    same_payment: Hits = field(default_factory=Hits)
    refunds: Hits = field(default_factory=Hits)
    own_transfers: Hits = field(default_factory=Hits)
    salaries: Hits = field(default_factory=Hits)
    scenes: Hits = field(default_factory=Hits)
    places: Hits = field(default_factory=Hits)
    subscriptions: Hits = field(default_factory=Hits)
    device_days: Hits = field(default_factory=Hits)
    forgeries: Hits = field(default_factory=Hits)
    honest_files: int = 0
    files: int = 0
    rows: int = 0
    lost_rows: int = 0
    confusions: Counter[str] = field(default_factory=Counter)
    misjudged: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, eq=False)
class Understood:
    """One person as the platform understands them, with the kept rows by key."""

    person: Person
    links: Sequence[Link]
    by_key: Mapping[EventKey, Told]
    honest: frozenset[int]
    recurrence: Recurrence

    @property
    def kept(self) -> Iterator[Told]:
        return (told for told in self.by_key.values() if told.file in self.honest)


def understand(person: Person, as_of: date) -> Understood:
    links = match(person.columns)
    taken = {link.event for link in links}
    taken |= {link.other for link in links if link.kind is LinkKind.TRANSFER_LEG}
    keys = [person.columns.key(row) for row in range(len(person.columns))]
    is_counted = np.array([key not in taken for key in keys], dtype=bool)
    honest = [at for at, file in enumerate(person.files) if file.written.forgery is None]
    return Understood(
        person=person,
        links=links,
        by_key={told.key: told for told in person.told if told.is_kept},
        honest=frozenset(honest),
        recurrence=recurring(
            person.columns,
            is_counted,
            as_of,
            own_names=frozenset({code("event.merchant", faces.name(person.number))}),
        ),
    )


def measure(understood: Understood, into: Measures) -> None:
    person = understood.person
    into.files += len(person.files)
    into.rows += sum(len(file.written.rows) for file in person.files)
    into.lost_rows += person.lost_rows
    same_payments(understood, into.same_payment)
    refunds(understood, into.refunds)
    own_transfers(understood, into.own_transfers)
    salaries(understood, into.salaries)
    scenes(understood, into)
    subscriptions(understood, into.subscriptions)
    devices(understood, into.device_days)
    forgeries(understood, into)


def is_one_payment(told: Told) -> bool:
    kind = told.happening.kind
    return told.happening.number >= 0 and kind not in OWN_TRANSFERS and kind != Kind.REFUND


def same_payments(understood: Understood, hits: Hits) -> None:
    """Every row beyond the first of a payment is to be linked to another row of it."""
    rows = Counter(
        told.happening.number for told in understood.kept if is_one_payment(told) and moved(told)
    )
    hits.add(right=0, given=0, wanted=sum(count - 1 for count in rows.values()))
    for link in understood.links:
        ends = [understood.by_key.get(key) for key in (link.event, link.other)]
        event, other = ends
        if link.kind is not LinkKind.SAME_PAYMENT or event is None or other is None:
            continue
        if {event.file, other.file} <= understood.honest and is_one_payment(event):
            is_right = event.happening.number == other.happening.number
            hits.add(right=is_right, given=1, wanted=0)


def moved(told: Told) -> bool:
    return told.event.direction is not Direction.NEUTRAL


def refunds(understood: Understood, hits: Hits) -> None:
    """Every refund whose purchase some file tells of finds that purchase."""
    tied = {link.event: link for link in understood.links}
    in_file = numbers_of_purchases(understood.person)
    bought = {told.happening.number for told in understood.person.told}
    for told in understood.person.told:
        parent = told.happening.parent
        if told.happening.kind != Kind.REFUND or told.file not in understood.honest:
            continue
        found = undone(understood, told, tied, in_file)
        hits.add(right=found == parent, given=found is not None, wanted=parent in bought)


def numbers_of_purchases(person: Person) -> dict[tuple[int, str], int]:
    return {
        (told.file, told.event.native_id): told.happening.number
        for told in person.told
        if told.happening.kind != Kind.REFUND and told.event.native_id
    }


def undone(
    understood: Understood,
    told: Told,
    tied: Mapping[EventKey, Link],
    in_file: Mapping[tuple[int, str], int],
) -> int | None:
    """The purchase that a refund leads to: by its own number, or by links, step by step."""
    if (number := by_number(told, in_file)) is not None:
        return number
    if not told.is_kept and is_noted(understood.person, told):
        return told.happening.parent
    link, left = tied.get(told.key), MOST_STEPS
    while link is not None and left:
        left -= 1
        other = understood.by_key.get(link.other)
        if other is None:
            return None
        if other.happening.kind != Kind.REFUND:
            return other.happening.number
        is_same = other.happening.number == told.happening.number
        if is_same and (number := by_number(other, in_file)) is not None:
            return number
        link = tied.get(link.other)
    return None


def by_number(told: Told, in_file: Mapping[tuple[int, str], int]) -> int | None:
    parent = told.event.parent_native_id
    return in_file.get((told.file, parent)) if parent else None


def is_noted(person: Person, refund: Told) -> bool:
    """Does the purchase's own row in the same file carry the refund as a note?"""
    return any(
        told.event.refunded_fen >= refund.event.amount_fen
        for told in person.told
        if told.file == refund.file and told.happening.number == refund.happening.parent
    )


def own_transfers(understood: Understood, hits: Hits) -> None:
    """Rows that count neither as income nor as spending: both sides of own money, no others."""
    legs = {
        key
        for link in understood.links
        if link.kind in {LinkKind.TRANSFER_LEG, LinkKind.FUNDING_LEG}
        for key in (link.event, link.other)
    }
    sides = Counter(told.happening.number for told in understood.kept)
    for told in understood.kept:
        is_own = told.happening.kind in OWN_MONEY
        if is_own and sides[told.happening.number] > 1:
            is_left_out = told.key in legs or not moved(told)
            hits.add(right=is_left_out, given=is_left_out, wanted=1)
        elif told.key in legs and not is_own:
            hits.add(right=0, given=1, wanted=0)


def salaries(understood: Understood, hits: Hits) -> None:
    """Row by row: salaries that were found, among those that were paid."""
    for told in understood.kept:
        is_salary = told.happening.kind == Kind.SALARY
        is_found = told.key in understood.recurrence.salary_events
        hits.add(right=is_salary and is_found, given=is_found, wanted=is_salary)


def scenes(understood: Understood, into: Measures) -> None:
    """Each purchase once, by the row that counts. Of health nothing is to be known."""
    told_again = {link.event for link in understood.links}
    for told in understood.kept:
        if told.happening.kind not in PURCHASES or told.key in told_again:
            continue
        true, said = Scene(told.happening.scene), Scene(int(told.event.category))
        wanted = Scene.UNKNOWN if true is Scene.MEDICAL else true
        into.scenes.add(right=said is wanted, given=1, wanted=1)
        if said is not wanted:
            source = told.event.source.name
            into.confusions[f"{source} {true.name} as {said.name}"] += 1


def subscriptions(understood: Understood, hits: Hits) -> None:
    """Service by service: those with three renewals or more in what is counted."""
    told_again = {link.event for link in understood.links}
    renewals: dict[int, set[EventKey]] = defaultdict(set)
    for told in understood.kept:
        if told.happening.kind == Kind.SUBSCRIPTION and told.key not in told_again:
            renewals[told.happening.merchant].add(told.key)
    wanted = {merchant: keys for merchant, keys in renewals.items() if len(keys) >= FEWEST_RENEWALS}
    honest = {told.key for told in understood.kept}
    streams = [
        events
        for stream in understood.recurrence.subscriptions
        if (events := set(stream.events)) <= honest
    ]
    found = sum(1 for keys in wanted.values() if any(keys & events for events in streams))
    every = {key for keys in renewals.values() for key in keys}
    right = sum(1 for events in streams if events & every)
    hits.add(right=min(found, right), given=len(streams), wanted=len(wanted))


def devices(understood: Understood, hits: Hits) -> None:
    """Day by day: what each smart device counted, read as it was written."""
    for file in understood.person.files:
        if file.written.source != "devices":
            continue
        wanted = Counter(
            (row["day"], int(row["on_minutes"]), int(row["events"]))
            for row in json.loads(file.written.content)["rows"]
        )
        said = Counter(
            (shanghai_date(event.occurred_at).isoformat(), *counts_of(event))
            for event in file.reading.events
        )
        hits.add(right=(wanted & said).total(), given=said.total(), wanted=wanted.total())


def counts_of(event: RawEvent) -> tuple[int, int]:
    metrics = event.metrics or {}
    return int(metrics["on_minutes"]), int(metrics["events"])


def forgeries(understood: Understood, into: Measures) -> None:
    """File by file: forged ones that were flagged, and honest ones that were, too."""
    person = understood.person
    places = {file.written.name: at for at, file in enumerate(person.files, start=1)}
    honest = (file for file in person.files if file.written.rows and not file.written.forgery)
    for file in (*honest, *person.forged):
        is_mine = person.columns.batch == places.get(file.written.name, 0)
        known = part(person.columns, ~is_mine)
        report = inspect(file.reading, columns_of([file]), known)
        forgery = file.written.forgery
        is_flagged = report.tamper_score_percent >= FLAGGED_PERCENT
        is_right = is_flagged and forgery is not None
        into.forgeries.add(right=is_right, given=is_flagged, wanted=forgery is not None)
        into.honest_files += forgery is None
        if is_flagged != (forgery is not None):
            trick = forgery.trick if forgery else "HONEST"
            into.misjudged[f"{file.written.layout} {trick}"] += 1


def part(columns: MatchColumns, rows: npt.NDArray[np.bool_]) -> MatchColumns:
    return MatchColumns(
        **{each.name: getattr(columns, each.name)[rows] for each in fields(columns)}
    )
