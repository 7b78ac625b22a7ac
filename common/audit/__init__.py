"""The audit trail: verbs append, a sealer chains what was committed, a check walks the chain."""
