"""The decision: request, features, card, policy and numbers in; one verdict out. Pure.

The same inputs give the same verdict to the last bit, so that any decision can be replayed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import isnan
from typing import Any

from scoring.decisions.contracts import CreditRequest, Numbers, Outcome, Reason, Verdict
from scoring.features.catalogue import OPTIONAL
from scoring.policy import rules, table
from scoring.policy.contracts import Guard, Inputs, Policy, Room, Ruling
from scoring.registry.contracts import Contribution, Model, Rating

Values = Mapping[str, float | None]

# What may be shared beside the records opens nothing that so many instalments would not open.
INSTALMENTS_INSTEAD = 3
RANK: Mapping[Outcome, int] = {"DECLINED": 0, "REFERRED": 1, "OFFERED": 2}


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What the table and the bounds say, before the guards."""

    inputs: Inputs
    ruling: Ruling
    room: Room
    outcome: Outcome
    annual_rate_ppm: int


def assess(
    request: CreditRequest,
    *,
    features: Values,
    card: Model,
    policy: Policy,
    numbers: Numbers,
) -> Verdict:
    """Decide. A score never declines anybody: below the line a person looks.

    Who shares records never gets less than the base product that is open without them, and who
    shares none is judged without them, whatever `features` holds.
    """
    own, seen = _known(features, only_own=True), used(request, features)
    rating = card.rate(seen)
    found = _propose(request, seen, rating, policy, numbers, rule=table.evaluate)
    lift = _lift(request, seen, _optional(request, features), found, card, policy, numbers)
    found, rating = lift or (found, rating)
    without = replace(request, has_consumption_consent=False)
    # Without records most people are alike to the table.
    base = _propose(without, own, card.rate(own), policy, numbers, rule=table.remembered)
    chosen = _not_below(found, base)
    guards = rules.guards(request, numbers)
    outcome = min((chosen.outcome, *(each.outcome for each in guards)), key=lambda each: RANK[each])
    if outcome == "DECLINED":
        chosen = replace(chosen, room=Room(0, 0, "GUARD"))
        reasons = tuple(_guard_reasons(guards))
    else:
        reasons = tuple(_reasons(request, guards, found, chosen, rating))
    trace = _trace(found, base, chosen, guards)
    return Verdict(
        outcome=outcome,
        tier=chosen.ruling.tier,
        score=rating.score,
        pd=rating.pd,
        limit_fen=chosen.room.limit_fen,
        annual_rate_ppm=chosen.annual_rate_ppm,
        affordable_instalment_fen=chosen.room.affordable_instalment_fen,
        max_term_months=chosen.ruling.max_term_months,
        reasons=reasons,
        model_version=card.version,
        policy_version=policy.version,
        # Nothing is said of what did not help, so that decisions of before replay as they were.
        policy_trace=trace | {"is_lifted": True} if lift else trace,
    )


def used(request: CreditRequest, features: Values) -> dict[str, float | None]:
    """What a model may read of this person: without shared records only what they did with us."""
    return _known(features, only_own=not request.has_consumption_consent)


def _known(features: Values, *, only_own: bool) -> dict[str, float | None]:
    """The features that may be used, with None for what is not known; nothing optional."""
    return {
        name: None if value is None or isnan(value) else value
        for name, value in features.items()
        if (name.startswith("own_") or not only_own) and name not in OPTIONAL
    }


def _optional(request: CreditRequest, features: Values) -> dict[str, float | None]:
    """What is known beside the records by a free choice of its own."""
    return {
        name: value
        for name, value in features.items()
        if name in OPTIONAL
        and request.has_consumption_consent
        and value is not None
        and not isnan(value)
    }


def _lift(
    request: CreditRequest,
    seen: Values,
    optional: Values,
    found: _Proposal,
    card: Model,
    policy: Policy,
    numbers: Numbers,
) -> tuple[_Proposal, Rating] | None:
    """The proposal with what is optional, where it is better in nothing worse; otherwise none.

    And only as far as three more instalments paid to us on time would lead too: nobody has to
    tell of devices or of social life to be offered as much.
    """
    if not optional:
        return None
    more = {**seen, **optional}
    rating = card.rate(more)
    lifted = _propose(request, more, rating, policy, numbers, rule=table.evaluate)
    repaid = {**seen, **_three_more_on_time(seen)}
    reached = _propose(request, repaid, card.rate(repaid), policy, numbers, rule=table.evaluate)
    if _at_least(found, lifted) or not (_at_least(lifted, found) and _at_least(reached, lifted)):
        return None
    return lifted, rating


def _three_more_on_time(values: Values) -> dict[str, float]:
    """What would be known of the person after three more instalments, all on time."""
    count = values.get("own_instalments") or 0.0
    share = values.get("own_on_time_share") or 0.0
    streak = values.get("own_on_time_streak") or 0.0
    return {
        "own_instalments": count + INSTALMENTS_INSTEAD,
        "own_on_time_share": (count * share + INSTALMENTS_INSTEAD) / (count + INSTALMENTS_INSTEAD),
        "own_on_time_streak": streak + INSTALMENTS_INSTEAD,
    }


def _propose(
    request: CreditRequest,
    values: Values,
    rating: Rating,
    policy: Policy,
    numbers: Numbers,
    *,
    rule: Callable[[Policy, Inputs], Ruling],
) -> _Proposal:
    inputs = Inputs(
        has_records=request.has_consumption_consent,
        score=rating.score,
        pd=rating.pd,
        confidence=values.get("confidence"),
        history_months=values.get("history_months"),
        income_monthly_fen=values.get("income_monthly_90d"),
        own_instalments=values.get("own_instalments"),
        own_on_time_share=values.get("own_on_time_share"),
        scene=request.scene,
        amount_fen=request.amount_fen,
        term_months=request.term_months,
    )
    ruling = rule(policy, inputs)
    room = rules.room(
        ruling,
        request,
        numbers,
        income_monthly_fen=inputs.income_monthly_fen,
        surplus_monthly_fen=values.get("surplus_monthly_90d"),
    )
    is_too_small = room.limit_fen < numbers.minimum_fen
    outcome = "REFERRED" if is_too_small and ruling.outcome == "OFFERED" else ruling.outcome
    rate = rules.annual_rate_ppm(ruling, numbers)
    return _Proposal(inputs, ruling, room, outcome, rate)


def _not_below(found: _Proposal, base: _Proposal) -> _Proposal:
    """The proposal from the records, or the base product where that is better for the person."""
    return found if _at_least(found, base) else base


def _at_least(one: _Proposal, other: _Proposal) -> bool:
    """Is one as good as the other for the person, in everything?"""
    return (
        RANK[one.outcome] >= RANK[other.outcome]
        and one.room.limit_fen >= other.room.limit_fen
        and one.annual_rate_ppm <= other.annual_rate_ppm
        and one.ruling.max_term_months >= other.ruling.max_term_months
    )


def _reasons(
    request: CreditRequest,
    guards: tuple[Guard, ...],
    found: _Proposal,
    chosen: _Proposal,
    rating: Rating,
) -> Iterator[Reason]:
    yield from _guard_reasons(guards)
    yield from _policy_reasons(found, chosen)
    yield from _term_reasons(request, chosen)
    yield from (_weighed(each) for each in rating.contributions)


def _guard_reasons(guards: tuple[Guard, ...]) -> Iterator[Reason]:
    for each in guards:
        yield Reason(each.code, "GUARD", 0, "DOWN", each.value, each.threshold)


def _policy_reasons(found: _Proposal, chosen: _Proposal) -> Iterator[Reason]:
    """What the table names, and whether the base product stepped in."""
    if code := found.ruling.reason:
        yield Reason(code, "POLICY", 0, "DOWN", _figure_of(code, found.inputs))
    if chosen is found or chosen.ruling.rule == found.ruling.rule:
        return
    if found.room.bound_by == "INCOME":
        yield _bearable(found)
    yield Reason("BASE_PRODUCT", "POLICY", 0, "UP", chosen.room.limit_fen)


def _bearable(proposal: _Proposal) -> Reason:
    """What the income bears, or that it bears nothing."""
    bearable = proposal.room.affordable_instalment_fen
    if bearable > 0:
        return Reason("INCOME_BEARS", "TERMS", 0, "DOWN", bearable)
    return Reason("NOTHING_LEFT", "TERMS", 0, "DOWN")


def _figure_of(code: str, inputs: Inputs) -> float | None:
    if code in {"SCARCE_RECORDS", "THIN_RECORDS"}:
        return inputs.confidence
    return inputs.score if code == "SCORE_LOW" else None


def _term_reasons(request: CreditRequest, chosen: _Proposal) -> Iterator[Reason]:
    """Why the offer is for less, or for a shorter time, than was asked."""
    limit, longest = chosen.room.limit_fen, chosen.ruling.max_term_months
    if limit < request.amount_fen:
        yield Reason("LESS_THAN_ASKED", "TERMS", 0, "DOWN", request.amount_fen, limit)
        if chosen.room.bound_by == "INCOME":
            yield _bearable(chosen)
        elif request.outstanding_fen > 0:
            yield Reason("OTHER_LOANS_COUNT", "TERMS", 0, "DOWN", request.outstanding_fen)
    if longest < request.term_months:
        yield Reason("SHORTER_THAN_ASKED", "TERMS", 0, "DOWN", request.term_months, longest)


def _weighed(each: Contribution) -> Reason:
    direction: Any = "UP" if each.points > 0 else "DOWN"
    return Reason(each.code, each.group, each.points, direction, each.value, each.threshold)


def _trace(
    found: _Proposal, base: _Proposal, chosen: _Proposal, guards: tuple[Guard, ...]
) -> dict[str, Any]:
    """Which rules spoke on what, as plain JSON."""
    return {
        "rule": found.ruling.rule,
        "inputs": asdict(found.inputs),
        "ruling": asdict(found.ruling),
        "base_rule": base.ruling.rule,
        "is_base": chosen is base,
        "bound_by": chosen.room.bound_by,
        "max_term_months": chosen.ruling.max_term_months,
        "guards": [each.code for each in guards],
    }
