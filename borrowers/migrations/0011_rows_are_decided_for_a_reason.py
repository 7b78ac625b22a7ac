"""A row not understood keeps why it was decided so, beside by whom and when."""

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION borrowers_refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided text[] := ARRAY[{decided}];
BEGIN
    IF OLD.state <> 1 OR NEW.state = 1
       OR to_jsonb(NEW) - decided IS DISTINCT FROM to_jsonb(OLD) - decided THEN
        RAISE EXCEPTION '% keeps what was said and decided', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = "'state', 'decided_by_id', 'decided_at'"
NOW = f"{BEFORE}, 'decided_because'"


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0010_merchants_kept_by_hand'),
    ]

    operations = [
        migrations.AddField(
            model_name='quarantinedrow',
            name='decided_because',
            field=models.CharField(default='', max_length=30, verbose_name='Decided because'),
        ),
        migrations.AddConstraint(
            model_name='quarantinedrow',
            constraint=models.CheckConstraint(condition=models.Q(('decided_because', ''), models.Q(('state', 1), _negated=True), _connector='OR'), name='quarantined_row_that_waits_has_no_reason'),
        ),
        migrations.RunSQL(FUNCTION.format(decided=NOW), FUNCTION.format(decided=BEFORE)),
    ]
