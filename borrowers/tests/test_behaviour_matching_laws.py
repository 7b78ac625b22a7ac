"""Laws of matching that hold for any rows in any order."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventKey,
    EventStatus,
    LinkKind,
    Platform,
    Precision,
    Source,
)
from borrowers.behaviour.matching import match
from borrowers.behaviour.matching.rows import in_order
from borrowers.tests.stories_of_money import Line, code, columns_of

START = datetime(2026, 3, 1)  # noqa: DTZ001 (the wall clock of the bills)
SOURCES = (Source.WECHAT, Source.ALIPAY, Source.JD, Source.CMB, Source.ICBC, Source.OFX)
CATEGORIES = (
    Category.DINING,
    Category.REFUND,
    Category.CASH,
    Category.CREDIT_REPAYMENT,
    Category.TRANSFER_SOCIAL,
    Category.INCOME_SALARY,
)


@st.composite
def lives(draw):
    """Few amounts, minutes and names, so that rows meet; whole seconds or whole days."""
    lines = []
    for number in range(draw(st.integers(0, 14))):
        minutes = draw(st.integers(0, 40)) * 3 + draw(st.integers(0, 3)) * 1_440
        is_timed = draw(st.booleans())
        at = START + timedelta(minutes=minutes if is_timed else minutes // 1_440 * 1_440)
        lines.append(
            Line(
                name=f"line {number}",
                source=draw(st.sampled_from(SOURCES)),
                at=at.isoformat(),
                yuan=draw(st.sampled_from((5, 15, 500))),
                direction=draw(st.sampled_from(Direction)),
                category=draw(st.sampled_from(CATEGORIES)),
                file=draw(st.sampled_from(("", "second file"))),
                via=draw(st.sampled_from((Platform.NONE, Platform.WECHAT, Platform.JD))),
                tail=draw(st.sampled_from(("", "1111", "2222"))),
                merchant=draw(st.sampled_from(("", "示例面馆"))),
                counterparty=draw(st.sampled_from(("", "Lin"))),
                channel=draw(st.sampled_from(("UNKNOWN", "BALANCE", "DEBIT"))),
                number=draw(st.sampled_from(("", "A1", "A2"))),
                undoes=draw(st.sampled_from(("", "A1"))),
                refunded=draw(st.sampled_from((0, 5))),
                status=draw(st.sampled_from((EventStatus.SETTLED, EventStatus.CLOSED))),
                precision=Precision.SECOND if is_timed else Precision.DAY,
            )
        )
    return [replace(line, file=line.file and f"{line.source.name} {line.file}") for line in lines]


@given(lives(), st.randoms())
@settings(max_examples=300)
def test_the_order_of_arrival_does_not_matter(lines, chance):
    shuffled = lines.copy()
    chance.shuffle(shuffled)

    assert match(columns_of(lines)) == match(columns_of(shuffled))


@given(lives())
def test_asking_twice_gives_the_same(lines):
    columns = columns_of(lines)

    assert match(columns) == match(columns) == match(in_order(columns))


@given(lives())
@settings(max_examples=300)
def test_every_row_is_taken_once_at_most_and_no_chain_closes(lines):
    links = match(columns_of(lines))

    counts = Counter(link.event for link in links)
    leads = {link.event: link.other for link in links if link.kind is LinkKind.SAME_PAYMENT}
    assert max(counts.values(), default=0) <= 1
    for start in leads:
        assert start not in walk(leads, start)


def walk(leads: dict[EventKey, EventKey], start: EventKey) -> list[EventKey]:
    """Where the links lead from a row; cut where they would go in a circle."""
    path: list[EventKey] = []
    at = leads.get(start)
    while at is not None and at not in path:
        path.append(at)
        at = leads.get(at)
    return path


@given(lives())
@settings(max_examples=300)
def test_a_row_is_told_again_once_at_most_by_each_kind_of_file(lines):
    by_key = {(line.seconds * 1_000_000, code(line.name)): line for line in lines}
    told_again: dict[EventKey, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for link in match(columns_of(lines)):
        event, other = by_key[link.event], by_key[link.other]
        if link.kind is LinkKind.SAME_PAYMENT:
            tier = "bank" if event.source >= Source.ICBC else event.source.name
            told_again[link.other][tier, event.source == Source.OFX] += 1
        if link.kind is not LinkKind.REFUND_OF:
            assert (event.file or event.source) != (other.file or other.source)
            assert abs(event.yuan - other.yuan) <= 5 or link.kind is LinkKind.FUNDING_LEG

    assert all(count == 1 for counts in told_again.values() for count in counts.values())


@given(lives())
def test_never_more_comes_back_than_was_paid(lines):
    by_key = {(line.seconds * 1_000_000, code(line.name)): line for line in lines}
    netted: Counter[tuple[int, int]] = Counter()
    for link in match(columns_of(lines)):
        netted[link.other] += link.netted_fen

    for key, fen in netted.items():
        line = by_key[key]
        assert 0 <= fen <= round((line.yuan - line.refunded) * 100)
