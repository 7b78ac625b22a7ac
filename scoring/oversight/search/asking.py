"""The search asked of protected attributes, each in its turn: sums come out, and never a person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from borrowers.protected import queries as protected
from borrowers.protected.contracts import Aggregate, Attribute, Groups
from common.rulebook import queries as rulebook
from scoring.oversight import fairness, thresholds
from scoring.oversight.contracts import Finding, Flags, Real
from scoring.oversight.search.alternatives import Aim, SaidWithout, findings, searched

LOSS = "ALTERNATIVE_LOSS_PPM"


@dataclass(frozen=True, eq=False)
class Cases:
    """Whom the models were asked about, what became of them, and what a model could see."""

    borrower_ids: Sequence[int]
    is_bad: Flags
    features: Mapping[str, Real]


def sought(
    cases: Cases,
    said_without: SaidWithout,
    *,
    approved_share: float,
    on: date,
    tell: Callable[[int], None] = lambda _attributes: None,
) -> Iterator[Finding]:
    """For every attribute how alike the whole model treats groups, and what does better."""
    aim = Aim(
        approved_share=approved_share,
        most_loss=thresholds.share(LOSS, on=on),
        least=int(rulebook.number("SMALLEST_GROUP_COUNT", on=on)),
    )
    for attribute in Attribute:
        seen: list[Finding] = []
        protected.by_group(
            attribute=attribute,
            borrower_ids=cases.borrower_ids,
            on=on,
            reckon=partial(_reckoned, cases, said_without, aim, str(attribute), seen),
        )
        yield from seen
        tell(1)


def _reckoned(
    cases: Cases,
    said_without: SaidWithout,
    aim: Aim,
    attribute: str,
    seen: list[Finding],
    groups: Groups,
) -> Mapping[str, Aggregate]:
    """What is told is what comes out, so that it is checked as a whole."""
    apart = fairness.proxies(cases.features, groups.codes, least=aim.least).features
    telling = sorted(apart, key=lambda name: -(apart[name].measured.value or 0.0))
    tried = searched(
        said_without, telling=telling, is_bad=cases.is_bad, groups=groups.codes, aim=aim
    )
    seen.extend(findings(attribute, tried))
    return {each.segment: Aggregate(each.measured.value, each.measured.cases) for each in seen}
