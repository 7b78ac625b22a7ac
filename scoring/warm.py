"""Loading ahead what the first decision of a worker needs: numpy, the rule engine, the card."""

from scoring.decisions import actions as decisions
from scoring.policy import table
from scoring.registry.expert import scorecard

__all__ = ["decisions"]

scorecard.expert()
table.demonstration()
