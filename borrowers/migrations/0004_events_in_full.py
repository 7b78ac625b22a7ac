"""What matching needs of an event, what ties two events together, and what a person says of one.

The covering index stays as it is: features read what they read before. The new columns of
`borrowers_event` are read for matching only, one person at a time.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.public_ids

COLUMNS = """
ALTER TABLE borrowers_event
    ADD COLUMN refunded_fen bigint NOT NULL DEFAULT 0,
    ADD COLUMN counterparty bigint NOT NULL DEFAULT 0,
    ADD COLUMN account bigint NOT NULL DEFAULT 0,
    ADD COLUMN native bigint NOT NULL DEFAULT 0,
    ADD COLUMN parent bigint NOT NULL DEFAULT 0,
    ADD COLUMN via smallint NOT NULL DEFAULT 0,
    ADD COLUMN place smallint NOT NULL DEFAULT 0,
    ADD COLUMN assurance smallint NOT NULL DEFAULT 1,
    ADD COLUMN precision smallint NOT NULL DEFAULT 0,
    ADD COLUMN status smallint NOT NULL DEFAULT 1,
    ADD COLUMN method smallint NOT NULL DEFAULT 0,
    ADD COLUMN confidence_percent smallint NOT NULL DEFAULT 0,
    ADD CONSTRAINT event_assurance_is_known CHECK (assurance BETWEEN 0 AND 4),
    ADD CONSTRAINT event_refund_is_not_negative CHECK (refunded_fen >= 0);
"""
COLUMNS_BACK = """
ALTER TABLE borrowers_event
    DROP CONSTRAINT event_assurance_is_known, DROP CONSTRAINT event_refund_is_not_negative,
    DROP COLUMN refunded_fen, DROP COLUMN counterparty, DROP COLUMN account, DROP COLUMN native,
    DROP COLUMN parent, DROP COLUMN via, DROP COLUMN place, DROP COLUMN assurance,
    DROP COLUMN precision, DROP COLUMN status, DROP COLUMN method, DROP COLUMN confidence_percent;
"""

# An event stands on the very consent, and is of the very source, of the bill that brought it. A
# foreign key asks once for each row, which costs more than storing it; these ask once for all
# rows of a statement.
BASIS = """
ALTER TABLE borrowers_event
    DROP CONSTRAINT borrowers_event_batch_id_fkey, DROP CONSTRAINT borrowers_event_borrower_id_fkey;
CREATE FUNCTION borrowers_events_need_their_basis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT borrower_id, batch_id, basis_id, source FROM incoming
                      WHERE basis_kind = 1) AS event
         WHERE NOT EXISTS (
               SELECT FROM borrowers_importbatch AS bill
                WHERE bill.id = event.batch_id AND bill.borrower_id = event.borrower_id
                  AND bill.consent_id = event.basis_id AND bill.source = event.source)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT borrower_id FROM incoming) AS event
         WHERE NOT EXISTS (SELECT FROM borrowers_borrower WHERE id = event.borrower_id)
    ) THEN
        RAISE EXCEPTION 'an event has not the person, consent and source of its bill'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER events_need_their_basis AFTER INSERT ON borrowers_event
    REFERENCING NEW TABLE AS incoming
    FOR EACH STATEMENT EXECUTE FUNCTION borrowers_events_need_their_basis();
CREATE TRIGGER changed_events_need_their_basis AFTER UPDATE ON borrowers_event
    REFERENCING NEW TABLE AS incoming
    FOR EACH STATEMENT EXECUTE FUNCTION borrowers_events_need_their_basis();
ALTER TABLE borrowers_event ENABLE ALWAYS TRIGGER events_need_their_basis;
ALTER TABLE borrowers_event ENABLE ALWAYS TRIGGER changed_events_need_their_basis;
"""
BASIS_BACK = """
DROP TRIGGER changed_events_need_their_basis ON borrowers_event;
DROP TRIGGER events_need_their_basis ON borrowers_event;
DROP FUNCTION borrowers_events_need_their_basis();
ALTER TABLE borrowers_event ADD FOREIGN KEY (batch_id) REFERENCES borrowers_importbatch (id),
    ADD FOREIGN KEY (borrower_id) REFERENCES borrowers_borrower (id);
"""

# The same for words: they come with their event and go with it.
WORDS = """
ALTER TABLE borrowers_event_text DROP CONSTRAINT event_text_belongs_to_event;
CREATE FUNCTION borrowers_words_need_their_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM incoming AS text WHERE NOT EXISTS (
        SELECT FROM borrowers_event AS event WHERE event.borrower_id = text.borrower_id
           AND event.occurred_at = text.occurred_at AND event.ext = text.ext)) THEN
        RAISE EXCEPTION 'words without an event' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION borrowers_words_go_with_their_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM borrowers_event_text AS text USING outgoing AS event
     WHERE event.borrower_id = text.borrower_id AND event.occurred_at = text.occurred_at
       AND event.ext = text.ext;
    RETURN NULL;
END $$;
CREATE FUNCTION borrowers_events_keep_their_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event keeps its key' USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER words_need_their_event AFTER INSERT ON borrowers_event_text
    REFERENCING NEW TABLE AS incoming
    FOR EACH STATEMENT EXECUTE FUNCTION borrowers_words_need_their_event();
CREATE TRIGGER words_go_with_their_event AFTER DELETE ON borrowers_event
    REFERENCING OLD TABLE AS outgoing
    FOR EACH STATEMENT EXECUTE FUNCTION borrowers_words_go_with_their_event();
CREATE TRIGGER events_keep_their_key BEFORE UPDATE ON borrowers_event FOR EACH ROW
    WHEN ((OLD.borrower_id, OLD.occurred_at, OLD.ext)
          IS DISTINCT FROM (NEW.borrower_id, NEW.occurred_at, NEW.ext))
    EXECUTE FUNCTION borrowers_events_keep_their_key();
CREATE TRIGGER words_keep_their_key BEFORE UPDATE ON borrowers_event_text FOR EACH ROW
    WHEN ((OLD.borrower_id, OLD.occurred_at, OLD.ext)
          IS DISTINCT FROM (NEW.borrower_id, NEW.occurred_at, NEW.ext))
    EXECUTE FUNCTION borrowers_events_keep_their_key();
ALTER TABLE borrowers_event_text ENABLE ALWAYS TRIGGER words_need_their_event;
ALTER TABLE borrowers_event_text ENABLE ALWAYS TRIGGER words_keep_their_key;
ALTER TABLE borrowers_event ENABLE ALWAYS TRIGGER words_go_with_their_event;
ALTER TABLE borrowers_event ENABLE ALWAYS TRIGGER events_keep_their_key;
"""
WORDS_BACK = """
DROP TRIGGER words_keep_their_key ON borrowers_event_text;
DROP TRIGGER events_keep_their_key ON borrowers_event;
DROP TRIGGER words_go_with_their_event ON borrowers_event;
DROP TRIGGER words_need_their_event ON borrowers_event_text;
DROP FUNCTION borrowers_events_keep_their_key();
DROP FUNCTION borrowers_words_go_with_their_event();
DROP FUNCTION borrowers_words_need_their_event();
ALTER TABLE borrowers_event_text ADD CONSTRAINT event_text_belongs_to_event
    FOREIGN KEY (borrower_id, occurred_at, ext)
    REFERENCES borrowers_event (borrower_id, occurred_at, ext) ON DELETE CASCADE;
"""

# Records that are no payments need a consent of their own (sources 10 to 13), and everything
# else that is uploaded needs the one for consumption records. A bill keeps what its events stand
# on, and stays as long as they do.
PURPOSE = """
CREATE FUNCTION borrowers_bill_needs_its_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given text;
    needed text := CASE NEW.source
        WHEN 10 THEN 'SOCIAL_INSURANCE' WHEN 11 THEN 'STUDENT_STATUS'
        WHEN 12 THEN 'SOCIAL_ACTIVITY' WHEN 13 THEN 'DEVICE'
        ELSE 'CONSUMPTION_RECORDS' END;
BEGIN
    SELECT purpose INTO given FROM borrowers_consent
     WHERE id = NEW.consent_id AND borrower_id = NEW.borrower_id;
    IF given IS DISTINCT FROM needed THEN
        RAISE EXCEPTION 'a bill of source % needs a consent for %', NEW.source, needed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION borrowers_bill_keeps_its_basis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM borrowers_event
                WHERE borrower_id = OLD.borrower_id AND batch_id = OLD.id) THEN
        RAISE EXCEPTION 'events stand on bill %', OLD.id USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bill_keeps_its_basis
    BEFORE DELETE OR UPDATE OF id, consent_id, source, borrower_id ON borrowers_importbatch
    FOR EACH ROW EXECUTE FUNCTION borrowers_bill_keeps_its_basis();
CREATE TRIGGER bill_needs_its_purpose
    BEFORE INSERT OR UPDATE OF consent_id, source, borrower_id ON borrowers_importbatch
    FOR EACH ROW EXECUTE FUNCTION borrowers_bill_needs_its_purpose();
ALTER TABLE borrowers_importbatch ENABLE ALWAYS TRIGGER bill_keeps_its_basis;
ALTER TABLE borrowers_importbatch ENABLE ALWAYS TRIGGER bill_needs_its_purpose;
"""
PURPOSE_BACK = """
DROP TRIGGER bill_needs_its_purpose ON borrowers_importbatch;
DROP TRIGGER bill_keeps_its_basis ON borrowers_importbatch;
DROP FUNCTION borrowers_bill_keeps_its_basis();
DROP FUNCTION borrowers_bill_needs_its_purpose();
"""

# Kinds: 1 same payment, 2 refund of, 3 transfer leg, 4 funding leg. The event of a link is not
# counted, because the other one tells of the same money.
LINK = """
CREATE TABLE borrowers_eventlink (
    borrower_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    ext bigint NOT NULL,
    other_at timestamptz NOT NULL,
    other_ext bigint NOT NULL,
    netted_fen bigint NOT NULL DEFAULT 0,
    score_ppm integer NOT NULL,
    kind smallint NOT NULL,
    method smallint NOT NULL,
    CONSTRAINT borrowers_eventlink_pkey PRIMARY KEY (borrower_id, occurred_at, ext),
    CONSTRAINT link_event_exists FOREIGN KEY (borrower_id, occurred_at, ext)
        REFERENCES borrowers_event (borrower_id, occurred_at, ext) ON DELETE CASCADE,
    CONSTRAINT link_other_exists FOREIGN KEY (borrower_id, other_at, other_ext)
        REFERENCES borrowers_event (borrower_id, occurred_at, ext) ON DELETE CASCADE,
    CONSTRAINT link_kind_is_known CHECK (kind IN (1, 2, 3, 4)),
    CONSTRAINT link_has_two_ends CHECK ((occurred_at, ext) <> (other_at, other_ext)),
    CONSTRAINT link_score_is_a_share CHECK (score_ppm BETWEEN 0 AND 1000000),
    CONSTRAINT link_nets_refunds_only CHECK (netted_fen = 0 OR kind = 2 AND netted_fen > 0)
);
CREATE INDEX link_of_the_other ON borrowers_eventlink (borrower_id, other_at, other_ext)
    INCLUDE (netted_fen);
"""
LINK_BACK = "DROP TABLE borrowers_eventlink;"

MARK = """
ALTER TABLE borrowers_eventmark ADD CONSTRAINT mark_event_exists
    FOREIGN KEY (borrower_id, occurred_at, ext)
    REFERENCES borrowers_event (borrower_id, occurred_at, ext) ON DELETE CASCADE;
"""
MARK_BACK = "ALTER TABLE borrowers_eventmark DROP CONSTRAINT mark_event_exists;"

# Only a decision may be added to a row that waits for one. `state` 1 waits.
DECIDED_ONCE = """
CREATE FUNCTION borrowers_refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided text[] := ARRAY['state', 'decided_by_id', 'decided_at'];
BEGIN
    IF OLD.state <> 1 OR NEW.state = 1
       OR to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
        RAISE EXCEPTION '% keeps what was said and decided', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER borrowers_eventmark_is_decided_once BEFORE UPDATE ON borrowers_eventmark
    FOR EACH ROW EXECUTE FUNCTION borrowers_refuse_second_decision();
ALTER TABLE borrowers_eventmark ENABLE ALWAYS TRIGGER borrowers_eventmark_is_decided_once;
"""
DECIDED_ONCE_BACK = """
DROP TRIGGER borrowers_eventmark_is_decided_once ON borrowers_eventmark;
DROP FUNCTION borrowers_refuse_second_decision();
"""


VIEWS = """
CREATE OR REPLACE VIEW borrowers_event_view AS
SELECT borrower_id || '.' || (extract(epoch FROM occurred_at) * 1000000)::bigint || '.' || ext AS id,
       borrower_id, occurred_at, amount_fen, direction, category, source, basis_kind, basis_id,
       batch_id, ext, refunded_fen, via, place, status, precision, assurance, method,
       confidence_percent
  FROM borrowers_event;
"""
VIEWS_BACK = """
DROP VIEW borrowers_event_view;
CREATE VIEW borrowers_event_view AS
SELECT borrower_id || '.' || (extract(epoch FROM occurred_at) * 1000000)::bigint || '.' || ext AS id,
       borrower_id, occurred_at, amount_fen, direction, category, source, basis_kind, basis_id,
       batch_id
  FROM borrowers_event;
"""


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0003_evidence_only_grows")]
    operations = [
        migrations.AddField(
            model_name='importbatch',
            name='assurance',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='Assurance'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='closing_fen',
            field=models.BigIntegerField(null=True, verbose_name='Closing balance'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='connector_version',
            field=models.CharField(default='1', max_length=20, verbose_name='Version of the reader'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='declared_in_fen',
            field=models.BigIntegerField(null=True, verbose_name='Income that the bill says'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='declared_out_fen',
            field=models.BigIntegerField(null=True, verbose_name='Spending that the bill says'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='has_verification_code',
            field=models.BooleanField(default=False, verbose_name='Has a verification code'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='integrity',
            field=models.JSONField(default=dict, verbose_name='Integrity'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='opening_fen',
            field=models.BigIntegerField(null=True, verbose_name='Opening balance'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='period_from',
            field=models.DateField(null=True, verbose_name='Covers from'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='period_until',
            field=models.DateField(null=True, verbose_name='Covers until'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='rows_suppressed',
            field=models.PositiveIntegerField(default=0, verbose_name='Words left out'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='tamper_score_percent',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='Tamper score'),
        ),
        migrations.CreateModel(
            name='EventMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('occurred_at', models.DateTimeField(verbose_name='Time')),
                ('ext', models.BigIntegerField()),
                ('kind', models.PositiveSmallIntegerField(verbose_name='Kind')),
                ('state', models.PositiveSmallIntegerField(default=1, verbose_name='State')),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Asked')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower', verbose_name='Borrower')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by')),
            ],
            options={
                'verbose_name': 'line that a person marked',
                'verbose_name_plural': 'lines that people marked',
                'constraints': [models.UniqueConstraint(fields=('borrower', 'occurred_at', 'ext', 'kind'), name='mark_of_a_kind_is_one'), models.CheckConstraint(condition=models.Q(('kind__in', [1, 2, 3])), name='mark_kind_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 1)), models.Q(('decided_at__isnull', False), ('state__in', [2, 3])), _connector='OR'), name='mark_is_decided_or_not')],
            },
        ),
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(BASIS, BASIS_BACK),
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(PURPOSE, PURPOSE_BACK),
        migrations.RunSQL(LINK, LINK_BACK),
        migrations.RunSQL(MARK, MARK_BACK),
        migrations.RunSQL(DECIDED_ONCE, DECIDED_ONCE_BACK),
        migrations.RunSQL(VIEWS, VIEWS_BACK),
    ]
