"""Test cases of a policy: values in, and what must come out. Pure."""

from collections.abc import Iterable

from scoring.policy import table
from scoring.policy.contracts import Case, CaseRun, Policy


def run(policy: Policy, cases: Iterable[Case]) -> tuple[CaseRun, ...]:
    """Each case with what the table says to it now."""
    return tuple(
        CaseRun(
            case=case,
            outcome=(ruling := table.evaluate(policy, case.inputs)).outcome,
            tier=ruling.tier,
            rule=ruling.rule,
        )
        for case in cases
    )


def all_pass(runs: Iterable[CaseRun]) -> bool:
    """Whether there are cases at all and none of them came out otherwise."""
    found = list(runs)
    return bool(found) and all(each.passed for each in found)
