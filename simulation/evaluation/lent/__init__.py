"""Loans of the simulated world as the platform would have seen them: tables, models, forecasts."""
