"""Who people are: accounts, identity, what of it may be seen."""
