"""Money that a school or shop sends back by itself: matched to its loan, or left to a person."""
