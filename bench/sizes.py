"""How much is measured: what the process that measures and the one that reports both name."""

# Ingest.
ROWS = 100_000
ROWS_OF_DJANGO = 20_000
RUNS = 5

# Deliveries of a partner.
EVENTS_A_SECOND = 1_000
EVENTS_A_DELIVERY = 100
PEOPLE_A_DELIVERY = 4
SECONDS = 20
SENDERS = 8
LOANS = 200_000
LOANS_OF_THE_ORM = 300
