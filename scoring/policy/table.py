"""The decision table: tier, limit and price from a score, evaluated by zen-engine. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, get_args

from common import canonical
from scoring.policy.contracts import TIERS, Inputs, Outcome, Policy, Ruling

_DEMONSTRATION = Path(__file__).with_name("demonstration.json")

NODES = {"inputNode", "decisionTableNode", "outputNode"}
_AMOUNTS = ("limit_fen", "annual_rate_ppm", "instalment_share_ppm", "max_term_months")


class PolicyIsDamaged(ValueError):
    """The document is not what its hash says, or no engine can run it; it must not decide."""


def evaluate(policy: Policy, inputs: Inputs) -> Ruling:
    """The first rule of the table that fits.

    The engine raises nothing for a missing input and answers `{}` where no rule fits, so both
    ends are checked here: no fit, and an answer that cannot be read, go to a person.
    """
    answer = _engine(policy.text).evaluate(_plain(inputs), {"trace": True})
    output = answer["result"]
    if not output:
        return _left_to_a_person(reason="NO_RULE_FITS", rule="")
    rule = _matched_rule(answer["trace"])
    if not _is_readable(output):
        return _left_to_a_person(reason="POLICY_UNREADABLE", rule=rule)
    named = ("outcome", "tier", *_AMOUNTS, "reason")
    return Ruling(**{name: output[name] for name in named}, rule=rule)


@lru_cache(maxsize=1024)
def remembered(policy: Policy, inputs: Inputs) -> Ruling:
    """The same, kept in mind: for questions of which most are alike.

    The table is a pure function, and the engine hands every question to a thread of its own.
    """
    return evaluate(policy, inputs)


def _left_to_a_person(*, reason: str, rule: str) -> Ruling:
    """A person looks, and the table promises nothing."""
    return Ruling("REFERRED", "E", 0, 0, 0, 0, reason=reason, rule=rule)


def _plain(inputs: Inputs) -> dict[str, Any]:
    """The inputs as JSON: every one present, nothing but finite numbers."""
    values = asdict(inputs)
    for name, value in values.items():
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"not a number: {name}")
    return values


def _matched_rule(trace: Mapping[str, Any]) -> str:
    rules = [
        step["traceData"]["rule"]["_id"]
        for step in trace.values()
        if isinstance(step["traceData"], dict) and "rule" in step["traceData"]
    ]
    return "/".join(rules)


def _is_readable(output: Mapping[str, Any]) -> bool:
    return (
        output.get("outcome") in get_args(Outcome)
        and output.get("tier") in TIERS
        and isinstance(output.get("reason"), str)
        and all(type(output.get(name)) is int and output[name] >= 0 for name in _AMOUNTS)
    )


@lru_cache(maxsize=16)
def _engine(text: str) -> Any:
    import zen  # noqa: PLC0415 (25 MB that most commands never need)

    decision = zen.ZenEngine().create_decision(json.loads(text))
    try:
        decision.validate()
    except RuntimeError as error:
        raise PolicyIsDamaged("the table has no way from its input to its output") from error
    return decision


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself."""
    return canonical.sha256_of({name: each for name, each in document.items() if name != "sha256"})


def load(document: Mapping[str, Any]) -> Policy:
    """A policy from its document.

    Raises PolicyIsDamaged when the hash does not match or the table cannot be run.
    """
    if document.get("sha256") != fingerprint(document):
        raise PolicyIsDamaged("the hash does not match the content")
    for node in document["table"]["nodes"]:
        if node["type"] not in NODES:
            raise PolicyIsDamaged("only tables decide: no programs and no calls to others")
        if node["type"] == "decisionTableNode":
            _check_cells(node["content"])
    policy = Policy(document["version"], document["sha256"], canonical.text_of(document["table"]))
    _engine(policy.text)
    return policy


def _check_cells(table: Mapping[str, Any]) -> None:
    """Compile every cell: the engine itself takes one that it cannot read as "does not fit"."""
    import zen  # noqa: PLC0415 (25 MB that most commands never need)

    tests = {each["id"] for each in table["inputs"] if each.get("field")}
    columns = [each["id"] for each in (*table["inputs"], *table["outputs"])]
    for rule in table["rules"]:
        if not rule.get("_id"):
            raise PolicyIsDamaged("a rule has no _id to be named by")
        for column in columns:
            compiled = zen.compile_unary_expression if column in tests else zen.compile_expression
            try:
                if cell := rule.get(column):
                    compiled(cell)
            except RuntimeError as error:
                raise PolicyIsDamaged(f"rule {rule.get('_id')}: {column} is unreadable") from error


def document_of_demonstration() -> dict[str, Any]:
    """The demonstration policy: examples of amounts and prices, not a lender's appetite."""
    document: dict[str, Any] = json.loads(_DEMONSTRATION.read_text(encoding="utf-8"))
    return document


@cache
def demonstration() -> Policy:
    """The demonstration policy, ready to run."""
    return load(document_of_demonstration())
