"""From behaviour to a decision that can be explained."""
