"""The only home of personal data: people, consent, records, documents, messages."""
