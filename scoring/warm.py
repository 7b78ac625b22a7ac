"""Loading ahead what the first decision of a worker needs: numpy, the rule engine, the card."""
