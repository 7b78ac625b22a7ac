"""Money in and out of banks: transfers as intents, webhooks as stored events."""
