"""A link says something of two events, and so it holds only while both of them may be read.

`event_basis` and `other_basis` are the consents of its two ends, 0 where an end stands on a contract.
"""

from django.db import migrations

BASIS = """
ALTER TABLE borrowers_eventlink
    ADD COLUMN event_basis bigint NOT NULL DEFAULT 0,
    ADD COLUMN other_basis bigint NOT NULL DEFAULT 0;
UPDATE borrowers_eventlink AS link SET event_basis = event.basis_id
  FROM borrowers_event AS event
 WHERE event.borrower_id = link.borrower_id AND event.occurred_at = link.occurred_at
   AND event.ext = link.ext AND event.basis_kind = 1;
UPDATE borrowers_eventlink AS link SET other_basis = event.basis_id
  FROM borrowers_event AS event
 WHERE event.borrower_id = link.borrower_id AND event.occurred_at = link.other_at
   AND event.ext = link.other_ext AND event.basis_kind = 1;
"""
BASIS_BACK = "ALTER TABLE borrowers_eventlink DROP COLUMN event_basis, DROP COLUMN other_basis;"


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0007_lines_that_people_look_at")]
    operations = [migrations.RunSQL(BASIS, BASIS_BACK)]
