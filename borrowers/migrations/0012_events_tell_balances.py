"""What an account held after a row, and the figures of records that are no money.

The covering index stays as it is: rows lie in the order of the key, so the few blocks of one person
are read at once.
"""

from django.db import migrations

COLUMNS = """
ALTER TABLE borrowers_event
    ADD COLUMN balance_fen bigint NOT NULL DEFAULT -9223372036854775808,
    ADD COLUMN measure bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT event_measure_is_not_negative CHECK (measure >= 0);
"""
COLUMNS_BACK = """
ALTER TABLE borrowers_event
    DROP CONSTRAINT event_measure_is_not_negative, DROP COLUMN balance_fen, DROP COLUMN measure;
"""


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0011_rows_are_decided_for_a_reason")]

    operations = [migrations.RunSQL(COLUMNS, COLUMNS_BACK)]
