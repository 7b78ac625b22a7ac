"""The two event tables, in plain SQL: Django knows neither composite keys with INCLUDE nor this CHECK.

`borrowers_event` is read by one covering index, without touching the table; that needs an
up-to-date visibility map, so autovacuum comes early. `borrowers_event_text` has the same key and
holds the words, sealed. The views give both a single key for the admin.
"""

from django.db import migrations

EVENT = """
CREATE TABLE borrowers_event (
    borrower_id bigint NOT NULL REFERENCES borrowers_borrower (id),
    occurred_at timestamptz NOT NULL,
    ext bigint NOT NULL,
    amount_fen bigint NOT NULL,
    merchant bigint NOT NULL,
    basis_id bigint NOT NULL,
    batch_id bigint REFERENCES borrowers_importbatch (id),
    category smallint NOT NULL,
    source smallint NOT NULL,
    direction smallint NOT NULL,
    channel smallint NOT NULL,
    basis_kind smallint NOT NULL,
    CONSTRAINT borrowers_event_pkey PRIMARY KEY (borrower_id, occurred_at, ext)
        INCLUDE (amount_fen, merchant, category, direction, source, channel, basis_kind, basis_id),
    CONSTRAINT event_amount_is_not_negative CHECK (amount_fen >= 0),
    CONSTRAINT event_direction_is_known CHECK (direction IN (0, 1, 2)),
    -- By consent out of a bill, or by contract as one of our own loans (source 9): nothing else.
    CONSTRAINT event_has_a_legal_basis CHECK (
        basis_id > 0 AND (
            basis_kind = 1 AND source <> 9 AND batch_id IS NOT NULL
            OR basis_kind = 2 AND source = 9 AND batch_id IS NULL
        )
    )
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 1000);
"""
EVENT_BACK = "DROP TABLE borrowers_event;"

TEXT = """
CREATE TABLE borrowers_event_text (
    borrower_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    ext bigint NOT NULL,
    key_id bigint NOT NULL,
    words text NOT NULL,
    CONSTRAINT borrowers_event_text_pkey PRIMARY KEY (borrower_id, occurred_at, ext),
    CONSTRAINT event_text_belongs_to_event FOREIGN KEY (borrower_id, occurred_at, ext)
        REFERENCES borrowers_event (borrower_id, occurred_at, ext) ON DELETE CASCADE,
    CONSTRAINT event_text_words_sealed CHECK (split_part(words, '$', 2) = key_id::text)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 1000);
"""
TEXT_BACK = "DROP TABLE borrowers_event_text;"

VIEWS = """
CREATE VIEW borrowers_event_view AS
SELECT borrower_id || '.' || (extract(epoch FROM occurred_at) * 1000000)::bigint || '.' || ext AS id,
       borrower_id, occurred_at, amount_fen, direction, category, source, basis_kind, basis_id,
       batch_id
  FROM borrowers_event;
CREATE VIEW borrowers_event_text_view AS
SELECT borrower_id || '.' || (extract(epoch FROM occurred_at) * 1000000)::bigint || '.' || ext AS id,
       borrower_id, occurred_at, key_id, words
  FROM borrowers_event_text;
"""
VIEWS_BACK = """
DROP VIEW borrowers_event_text_view;
DROP VIEW borrowers_event_view;
"""


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0001_initial")]
    operations = [
        migrations.RunSQL(EVENT, EVENT_BACK),
        migrations.RunSQL(TEXT, TEXT_BACK),
        migrations.RunSQL(VIEWS, VIEWS_BACK),
    ]
