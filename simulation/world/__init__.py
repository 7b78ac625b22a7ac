"""The simulated world: people who do not exist, their months, their money and their debts."""
