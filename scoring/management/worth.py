"""What sources are worth and which models would be fairer, of stored events; kept for the pages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas

from borrowers.behaviour.contracts import Source
from common.errors import NotFound
from scoring.features import kernel
from scoring.features.catalogue import FEATURES
from scoring.oversight import actions as oversight
from scoring.oversight import sources
from scoring.oversight.contracts import Finding, Flags, Real
from scoring.oversight.measures.fitted import Matrix, out_of_fold
from scoring.oversight.search import asking
from scoring.oversight.search.alternatives import WHOLE
from scoring.registry.loading import load
from scoring.registry.models import ModelVersion
from scoring.training import evaluation, refusals
from scoring.training.labels.datasets import Dataset, dataset
from scoring.training.models.catalogue import MODELS, model_of

FOLDS = 3
# Below this much certainty a file is thin.
CERTAIN = 0.5
Told = Callable[[int], None]
# Sources that come together are worth something together: a purse, a bank account.
FAMILIES: Mapping[str, frozenset[Source]] = {
    "bills": frozenset({Source.WECHAT, Source.ALIPAY, Source.JD, Source.MEITUAN}),
    "own_loans": frozenset({Source.OWN_LOANS}),
    "social_insurance": frozenset({Source.SOCIAL_INSURANCE}),
    "shared": frozenset({Source.SOCIAL_ACTIVITY, Source.DEVICE, Source.STUDENT_STATUS}),
    "partners": frozenset({Source.PARTNER}),
}
BANK = "bank"


def family_of(source: Source) -> str:
    """What a source stands among; whatever has no other place is a bank's."""
    return next((name for name, members in FAMILIES.items() if source in members), BANK)


def members_of(families: Collection[str]) -> list[Source]:
    return [each for each in Source if family_of(each) in families]


def version_of(version: str) -> ModelVersion:
    """Raises NotFound."""
    row = ModelVersion.objects.filter(version=version).first()
    if row is None:
        raise NotFound
    return row


@dataclass(eq=False)
class Sights:
    """Everybody's features as some families alone show them, each computed once."""

    labels_until: date
    seen: dict[frozenset[str], pandas.DataFrame] = field(default_factory=dict)

    def of(self, families: Collection[str]) -> pandas.DataFrame:
        """One row for each label, in the same order whatever is shown."""
        wanted = frozenset(families)
        if wanted not in self.seen:
            found = dataset(labels_until=self.labels_until, sources=members_of(wanted))
            self.seen[wanted] = found.frame
        return self.seen[wanted]

    def present(self) -> tuple[str, ...]:
        """The families of which anybody has a record that shows in a feature."""
        blind = self.of(())
        return tuple(
            name for name in sorted((*FAMILIES, BANK)) if not self.of({name}).equals(blind)
        )


def sources_worth(
    *, version: str, table: Dataset, labels_until: date, on: date, tell: Told
) -> dict[str, Any]:
    """What each family adds to a plain model of these outcomes. Raises NotFound."""
    row, sights = version_of(version), Sights(labels_until)
    families = sights.present()

    def matrix_of(group: frozenset[str]) -> Matrix:
        return sights.of(group).to_numpy(dtype=np.float64)

    found = sources.worth_by(
        matrix_of,
        sources=families,
        outcomes=(table.is_bad == 1, is_thin(table.frame)),
        base="bills",
        trial=sources.Trial(folds=FOLDS),
        tell=lambda _done, _all: tell(len(table)),
    )
    findings = sources.findings(found)
    return {
        "families": list(families),
        "shares": {name: each.value for name, each in found.shares.items()},
        "thin_gains": {name: each.value for name, each in found.thin_gains.items()},
        "auc": {
            sources.JOINED.join(sorted(each.sources)): each.auc.value for each in found.subsets
        },
        "kept": oversight.keep(model_id=row.pk, on=on, findings=findings),
    }


def is_thin(frame: pandas.DataFrame) -> Flags:
    """Of whom there are few records."""
    return np.asarray(~(frame["confidence"].to_numpy(dtype=np.float64) >= CERTAIN))


def fairer(
    *,
    version: str,
    labels_until: date,
    approved_share: float,
    seed: int,
    on: date,
    tell: Told = lambda _people: None,
) -> dict[str, Any]:
    """The same kind of model without features that give groups away, for every attribute.

    Raises NotFound, NothingToLearnFrom, OneClassOnly.
    """
    row = version_of(version)
    table = dataset(labels_until=labels_until, tell=tell)
    evaluation.check_outcomes(table.is_bad, FOLDS)
    model = load(row.artefact)
    names = [name for name in model.features if name in table.frame.columns]
    cases = asking.Cases(
        borrower_ids=[int(each) for each in table.borrower],
        is_bad=table.is_bad == 1,
        features={name: table.frame[name].to_numpy(dtype=np.float64) for name in names},
    )
    said = refitted(row.kind.lower(), names, cases, seed) or blinded(model, names, cases)
    found = list(asking.sought(cases, said, approved_share=approved_share, on=on, tell=tell))
    return {
        "version": version,
        "kind": row.kind,
        "rows": len(table),
        "bads": table.bads,
        "approved_share": approved_share,
        "alternatives": [plain(each) for each in found],
        "kept": oversight.keep(model_id=row.pk, on=on, findings=found),
    }


def plain(found: Finding) -> dict[str, Any]:
    attribute, _, dropped = found.segment.partition(":")
    return {
        "attribute": attribute,
        "dropped": dropped.split(sources.JOINED) if dropped else [],
        "ratio": found.measured.value,
        "cases": found.measured.cases,
        "lack": found.measured.lack,
        "auc": found.detail["auc"],
        "loss": found.detail["loss"],
    }


Said = Callable[[frozenset[str]], Real]


def refitted(kind: str, names: Sequence[str], cases: asking.Cases, seed: int) -> Said | None:
    """A fitted kind is fitted anew without them, and asked about who it did not learn from."""
    if kind not in MODELS:
        return None
    known: dict[frozenset[str], Real] = {}

    def said(dropped: frozenset[str]) -> Real:
        if dropped not in known:
            known[dropped] = _out_of_fold(kind, [n for n in names if n not in dropped], cases, seed)
        return known[dropped]

    return said


def _out_of_fold(kind: str, names: Sequence[str], cases: asking.Cases, seed: int) -> Real:
    monotone = {name: int(FEATURES[name].risk) for name in names if FEATURES[name].risk}

    def fit(train: Matrix, target: Flags, test: Matrix) -> Real:
        tells = [at for at in range(len(names)) if len(np.unique(train[:, at])) > 1]
        kept = [names[at] for at in tells]
        model = model_of(kind)(
            monotone={name: way for name, way in monotone.items() if name in kept}, seed=seed
        )
        try:
            model.fit(pandas.DataFrame(train[:, tells], columns=kept), target.astype(np.int8))
        except refusals.NothingToLearnFrom:
            # What is left tells nothing of anybody: all are rated alike.
            return np.full(len(test), float(target.mean()))
        asked = pandas.DataFrame(test[:, tells], columns=kept)
        return np.asarray(model.predict_proba(asked)[:, 1], dtype=np.float64)

    if not names:
        return np.full(len(cases.is_bad), float(cases.is_bad.mean()))
    columns = np.column_stack([cases.features[name] for name in names])
    return out_of_fold(columns, cases.is_bad, fit=fit, folds=FOLDS, seed=seed)


def blinded(model: Any, names: Sequence[str], cases: asking.Cases) -> Said:
    """What was set by judgement is asked as if it could not see them."""
    rows = [
        kernel.plain(dict(zip(names, map(float, row), strict=True)))
        for row in np.column_stack([cases.features[name] for name in names])
    ]

    def said(dropped: frozenset[str]) -> Real:
        hidden: dict[str, None] = dict.fromkeys(dropped - WHOLE)
        return np.array([model.pd({**row, **hidden}) for row in rows], dtype=np.float64)

    return said
