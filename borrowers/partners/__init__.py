"""Companies that may send us what a person allowed them to send, and the keys they sign with."""
