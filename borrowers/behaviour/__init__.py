"""Behaviour: what people spend and earn, event by event."""
