"""Words without an event do no harm and are read by nobody; to look for them took a tenth of an upload.

They still go with their event, and neither changes its key.
"""

from django.db import migrations

GONE = """
DROP TRIGGER words_need_their_event ON borrowers_event_text;
DROP FUNCTION borrowers_words_need_their_event();
"""
BACK = """
CREATE FUNCTION borrowers_words_need_their_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM incoming AS text WHERE NOT EXISTS (
        SELECT FROM borrowers_event AS event WHERE event.borrower_id = text.borrower_id
           AND event.occurred_at = text.occurred_at AND event.ext = text.ext)) THEN
        RAISE EXCEPTION 'words without an event' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER words_need_their_event AFTER INSERT ON borrowers_event_text
    REFERENCING NEW TABLE AS incoming
    FOR EACH STATEMENT EXECUTE FUNCTION borrowers_words_need_their_event();
ALTER TABLE borrowers_event_text ENABLE ALWAYS TRIGGER words_need_their_event;
"""


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0008_links_stand_on_consent")]
    operations = [migrations.RunSQL(GONE, BACK)]
