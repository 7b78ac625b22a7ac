"""From rows to events, for wallets, shops, banks and statements alike: drafts, refunds, keys."""
