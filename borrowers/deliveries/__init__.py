"""What partners send: signed, once, and only of people who allowed it by the partner's name."""
