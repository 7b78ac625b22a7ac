"""Rewards by programme: pending points, tiers, a catalogue with stock, partners, four eyes.

The first version of the programme and the two lower rates stand from the beginning; what was earned
before is worth the same as ever and was safe long ago.
"""

import json

import common.public_ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


TERMS = {
    "fen_per_point": 1_000,
    "point_value_fen": 10,
    "breakage_ppm": 100_000,
    "pending_days": 7,
    "least_days_lent": 20,
    "points_last_days": 730,
    "entitlements_last_days": 365,
    "told_days": 30,
    "refund_days": 14,
    "most_points_per_loan": 3_000,
    "most_points_per_month": 2_000,
    "streaks": [[3, 10], [6, 30], [12, 80]],
    "tiers": [
        {"code": "BRONZE", "least_count": 3, "least_on_time_ppm": 950_000, "keep_count": 1,
         "keep_on_time_ppm": 900_000, "discount_ppm": 5_000},
        {"code": "SILVER", "least_count": 6, "least_on_time_ppm": 980_000, "keep_count": 4,
         "keep_on_time_ppm": 950_000, "discount_ppm": 10_000},
        {"code": "GOLD", "least_count": 12, "least_on_time_ppm": 1_000_000, "keep_count": 9,
         "keep_on_time_ppm": 980_000, "discount_ppm": 15_000},
    ],
    "tier_months": 12,
    "tier_least_days": 90,
    "most_discount_ppm": 20_000,
    "freeze_days_past_due": 7,
    "reset_days_past_due": 30,
    "most_redemptions_per_day": 3,
    "most_points_per_grant": 500,
    "most_granted_points_per_day": 2_000,
    "code_tries_per_day": 20,
}

SEED = """
INSERT INTO lending_ledgeraccount (code, name, kind) VALUES
    ('2202', 'Statements to pay to partners', 'LIABILITY'),
    ('2243', 'Coupons and gifts not yet settled', 'LIABILITY');
INSERT INTO lending_rewardprogramme (version, state, from_date, budget_fen, cost_fen, terms)
VALUES ('on-time-1', 'ACTIVE', '2000-01-01', 100000000, 0, $terms${terms}$terms$);
INSERT INTO lending_benefit (code, kind, name_zh, name_en, cost_points, discount_ppm, value_fen,
                             price_fen, is_open)
VALUES ('RATE_050', 'RATE_DISCOUNT', '下次借款年利率减 0.5 个百分点',
        '0.5 percentage points off the yearly rate of your next loan', 50, 5000, 0, 0, true),
       ('RATE_100', 'RATE_DISCOUNT', '下次借款年利率减 1 个百分点',
        '1 percentage point off the yearly rate of your next loan', 150, 10000, 0, 0, true);
UPDATE lending_pointslot SET programme_id = (SELECT id FROM lending_rewardprogramme),
       value_fen = points * 10, available_on = earned_on, released_on = earned_on,
       returned_fen = 0;
UPDATE lending_rewardprogramme SET cost_fen =
       (SELECT coalesce(sum(value_fen), 0) FROM lending_pointslot);
SET CONSTRAINTS ALL IMMEDIATE;
""".replace("{terms}", json.dumps(TERMS))
UNSEED = """
DELETE FROM lending_ledgeraccount WHERE code IN ('2202', '2243');
DELETE FROM lending_benefit;
UPDATE lending_pointslot SET programme_id = NULL;
UPDATE lending_entitlement SET programme_id = NULL;
DELETE FROM lending_rewardprogramme;
SET CONSTRAINTS ALL IMMEDIATE;
"""

GUARD = """
CREATE FUNCTION lending_programme_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.state = 'DRAFT' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND (
        (OLD.version, OLD.budget_fen, OLD.terms, OLD.author_id, OLD.written_at)
            IS NOT DISTINCT FROM
        (NEW.version, NEW.budget_fen, NEW.terms, NEW.author_id, NEW.written_at)
    ) AND (
        (OLD.state = 'DRAFT' AND NEW.state IN ('DRAFT', 'ACTIVE'))
        OR ((OLD.from_date, OLD.approver_id) IS NOT DISTINCT FROM (NEW.from_date, NEW.approver_id)
            AND (OLD.state = NEW.state OR (OLD.state = 'ACTIVE' AND NEW.state = 'ENDED')))
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a reward programme is followed by another version, never changed'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER rewardprogramme_stands BEFORE UPDATE OR DELETE ON lending_rewardprogramme
    FOR EACH ROW EXECUTE FUNCTION lending_programme_stands();
ALTER TABLE lending_rewardprogramme ENABLE ALWAYS TRIGGER rewardprogramme_stands;
CREATE TRIGGER rewardsday_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_rewardsday
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_rewardsday ENABLE ALWAYS TRIGGER rewardsday_only_grows;
"""
UNGUARD = """
DROP TRIGGER rewardsday_only_grows ON lending_rewardsday;
DROP TRIGGER rewardprogramme_stands ON lending_rewardprogramme;
DROP FUNCTION lending_programme_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('borrowers', '0013_protected_traits'),
        ('lending', '0009_loan_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Benefit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='Code')),
                ('kind', models.CharField(choices=[('RATE_DISCOUNT', 'Lower rate'), ('FEE_WAIVER', 'Late fee waived'), ('COUPON', 'Coupon'), ('GIFT', 'Gift')], max_length=14, verbose_name='Kind')),
                ('name_zh', models.CharField(max_length=60, verbose_name='Name in Chinese')),
                ('name_en', models.CharField(max_length=60, verbose_name='Name in English')),
                ('cost_points', models.PositiveIntegerField(verbose_name='Cost in points')),
                ('discount_ppm', models.PositiveIntegerField(default=0)),
                ('value_fen', models.BigIntegerField(default=0)),
                ('price_fen', models.BigIntegerField(default=0)),
                ('stock', models.PositiveIntegerField(blank=True, null=True, verbose_name='In stock')),
                ('is_open', models.BooleanField(default=True, verbose_name='Open')),
            ],
            options={
                'verbose_name': 'thing in the catalogue',
                'verbose_name_plural': 'catalogue',
                'permissions': [('stock_benefit', 'Can set the stock of a thing and open or close it')],
            },
        ),
        migrations.CreateModel(
            name='Fulfilment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('ORDERED', 'Ordered'), ('READY', "Ready at the partner's"), ('DELIVERED', 'Handed over'), ('FAILED', 'Could not be handed over'), ('CANCELLED', 'Given back')], default='ORDERED', max_length=9, verbose_name='State')),
                ('code_sha256', models.CharField(max_length=64, null=True, unique=True)),
                ('delivered_on', models.DateField(null=True, verbose_name='Handed over on')),
            ],
            options={
                'verbose_name': 'handing over',
                'verbose_name_plural': 'handing over',
                'permissions': [('fulfil_fulfilment', 'Can say what became of a coupon or gift')],
            },
        ),
        migrations.CreateModel(
            name='InstalmentOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('loan_id', models.BigIntegerField(db_index=True)),
                ('instalment_id', models.BigIntegerField(unique=True)),
                ('due_on', models.DateField()),
                ('paid_on', models.DateField()),
                ('is_on_time', models.BooleanField()),
                ('reversed_on', models.DateField(null=True)),
            ],
            options={
                'verbose_name': 'instalment in the record',
                'verbose_name_plural': 'instalments in the record',
            },
        ),
        migrations.CreateModel(
            name='PartnerStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='Month')),
                ('count', models.PositiveIntegerField(verbose_name='Handed over')),
                ('amount_fen', models.BigIntegerField()),
                ('state', models.CharField(choices=[('PREPARED', 'Waits for another person'), ('APPROVED', 'Approved')], default='PREPARED', max_length=8, verbose_name='State')),
            ],
            options={
                'verbose_name': "partner's statement",
                'verbose_name_plural': "partners' statements",
                'permissions': [('prepare_partnerstatement', "Can prepare a partner's statement"), ('approve_partnerstatement', 'Can approve a statement that somebody else prepared')],
            },
        ),
        migrations.CreateModel(
            name='PointsGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=common.public_ids.new, max_length=22, unique=True, verbose_name='Number')),
                ('points', models.PositiveIntegerField(verbose_name='Points')),
                ('reason', models.CharField(choices=[('OUR_MISTAKE', 'Our mistake'), ('BANK_DELAY', 'The bank was late, not the borrower'), ('COMPLAINT', 'A complaint was right')], max_length=20, verbose_name='Reason')),
                ('state', models.CharField(choices=[('PROPOSED', 'Waits for another person'), ('APPROVED', 'Approved'), ('TURNED_DOWN', 'Turned down')], default='PROPOSED', max_length=12, verbose_name='State')),
                ('proposed_on', models.DateField(verbose_name='Proposed on')),
                ('approved_on', models.DateField(null=True, verbose_name='Approved on')),
            ],
            options={
                'verbose_name': 'grant of points',
                'verbose_name_plural': 'grants of points',
                'permissions': [('propose_pointsgrant', 'Can propose points for a borrower'), ('approve_pointsgrant', 'Can decide on points that somebody else proposed')],
            },
        ),
        migrations.CreateModel(
            name='RewardPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='Code')),
                ('name_zh', models.CharField(max_length=60, verbose_name='Name in Chinese')),
                ('name_en', models.CharField(max_length=60, verbose_name='Name in English')),
                ('is_open', models.BooleanField(default=True, verbose_name='Open')),
                ('tried_on', models.DateField(null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'partner of rewards',
                'verbose_name_plural': 'partners of rewards',
            },
        ),
        migrations.CreateModel(
            name='RewardProgramme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=40, unique=True, verbose_name='Version')),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('ACTIVE', 'In force'), ('ENDED', 'Ended')], default='DRAFT', max_length=8, verbose_name='State')),
                ('from_date', models.DateField(null=True, verbose_name='From')),
                ('budget_fen', models.BigIntegerField(verbose_name='Budget')),
                ('cost_fen', models.BigIntegerField(default=0, verbose_name='Cost so far')),
                ('terms', models.JSONField(verbose_name='Terms')),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='Written')),
            ],
            options={
                'verbose_name': 'reward programme',
                'verbose_name_plural': 'reward programmes',
                'permissions': [('propose_rewardprogramme', 'Can write a reward programme'), ('approve_rewardprogramme', 'Can put a reward programme of somebody else in force')],
            },
        ),
        migrations.CreateModel(
            name='RewardsDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='Day')),
                ('released', models.IntegerField(verbose_name='Released lots')),
                ('ended', models.IntegerField(verbose_name='Ended lots')),
                ('told', models.IntegerField(verbose_name='Notices')),
                ('tiers', models.IntegerField(verbose_name='Tiers changed')),
            ],
            options={
                'verbose_name': 'day of rewards',
                'verbose_name_plural': 'days of rewards',
            },
        ),
        migrations.CreateModel(
            name='TierMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.CharField(max_length=10, verbose_name='Tier')),
                ('from_date', models.DateField(verbose_name='From')),
                ('to_date', models.DateField(null=True, verbose_name='Until')),
                ('count', models.PositiveIntegerField(verbose_name='Instalments in the record')),
                ('on_time', models.PositiveIntegerField(verbose_name='Of them on time')),
            ],
            options={
                'verbose_name': 'membership of a tier',
                'verbose_name_plural': 'memberships of tiers',
            },
        ),
        migrations.AlterModelOptions(
            name='entitlement',
            options={'verbose_name': 'bought advantage', 'verbose_name_plural': 'bought advantages'},
        ),
        migrations.RemoveConstraint(
            model_name='entitlement',
            name='entitlement_consumed_names_its_loan',
        ),
        migrations.RemoveConstraint(
            model_name='pointslot',
            name='points_lot_is_not_overfull',
        ),
        migrations.AddField(
            model_name='entitlement',
            name='extra_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='issued_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='kind',
            field=models.CharField(choices=[('RATE_DISCOUNT', 'Lower rate'), ('FEE_WAIVER', 'Late fee waived'), ('COUPON', 'Coupon'), ('GIFT', 'Gift')], default='RATE_DISCOUNT', max_length=14, verbose_name='Kind'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='price_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='value_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pointsaccount',
            name='overdue_since',
            field=models.DateField(null=True, verbose_name='Behind since'),
        ),
        migrations.AddField(
            model_name='pointsaccount',
            name='owed',
            field=models.IntegerField(default=0, verbose_name='Owed'),
        ),
        migrations.AddField(
            model_name='pointsaccount',
            name='pending',
            field=models.IntegerField(default=0, verbose_name='Pending'),
        ),
        migrations.AddField(
            model_name='pointsentry',
            name='entitlement_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='pointsentry',
            name='owed',
            field=models.IntegerField(default=0, verbose_name='Owed'),
        ),
        migrations.AddField(
            model_name='pointsentry',
            name='pending',
            field=models.IntegerField(default=0, verbose_name='Pending'),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='available_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='loan_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='released_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='returned_fen',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='reversed_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='told_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='value_fen',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='entitlement',
            name='state',
            field=models.CharField(choices=[('ISSUED', 'To be used'), ('RESERVED', 'Held'), ('CONSUMED', 'Used'), ('EXPIRED', 'Expired'), ('REFUNDED', 'Given back')], default='ISSUED', max_length=10, verbose_name='State'),
        ),
        migrations.AlterField(
            model_name='pointsaccount',
            name='balance',
            field=models.IntegerField(default=0, verbose_name='Points'),
        ),
        migrations.AddIndex(
            model_name='pointsentry',
            index=models.Index(fields=['entitlement_id'], name='points_entry_entitlement'),
        ),
        migrations.AddConstraint(
            model_name='pointsaccount',
            constraint=models.CheckConstraint(condition=models.Q(('pending__gte', 0), ('pending__lte', models.F('balance'))), name='points_pending_are_part_of_the_balance'),
        ),
        migrations.AddConstraint(
            model_name='pointsaccount',
            constraint=models.CheckConstraint(condition=models.Q(('owed__gte', 0)), name='points_owed_are_not_negative'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='entitlement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.entitlement'),
        ),
        migrations.AddField(
            model_name='instalmentoutcome',
            name='borrower',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower'),
        ),
        migrations.AddField(
            model_name='partnerstatement',
            name='approver',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Approved by'),
        ),
        migrations.AddField(
            model_name='partnerstatement',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Prepared by'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='statement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fulfilments', to='lending.partnerstatement'),
        ),
        migrations.AddField(
            model_name='pointsgrant',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='lending.pointsaccount', verbose_name='Account'),
        ),
        migrations.AddField(
            model_name='pointsgrant',
            name='approver',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by'),
        ),
        migrations.AddField(
            model_name='pointsgrant',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Proposed by'),
        ),
        migrations.AddField(
            model_name='partnerstatement',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardpartner', verbose_name='Partner'),
        ),
        migrations.AddField(
            model_name='fulfilment',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardpartner', verbose_name='Partner'),
        ),
        migrations.AddField(
            model_name='benefit',
            name='partner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardpartner', verbose_name='Partner'),
        ),
        migrations.AddField(
            model_name='rewardprogramme',
            name='approver',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Approved by'),
        ),
        migrations.AddField(
            model_name='rewardprogramme',
            name='author',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Written by'),
        ),
        migrations.AddField(
            model_name='entitlement',
            name='programme',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardprogramme'),
        ),
        migrations.AddField(
            model_name='pointslot',
            name='programme',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardprogramme'),
        ),
        migrations.AddIndex(
            model_name='pointslot',
            index=models.Index(condition=models.Q(('released_on', None), ('reversed_on', None)), fields=['available_on'], name='points_lot_pending'),
        ),
        migrations.AddIndex(
            model_name='pointslot',
            index=models.Index(condition=models.Q(('remaining__gt', 0)), fields=['expires_on'], name='points_lot_open'),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'CONSUMED'), _negated=True), ('loan_id__isnull', False), ('kind__in', ['COUPON', 'GIFT']), _connector='OR'), name='entitlement_consumed_names_its_loan'),
        ),
        migrations.AddConstraint(
            model_name='pointslot',
            constraint=models.CheckConstraint(condition=models.Q(('points__gt', 0), ('remaining__lte', models.F('points'))), name='points_lot_is_not_overfull'),
        ),
        migrations.AddConstraint(
            model_name='pointslot',
            constraint=models.CheckConstraint(condition=models.Q(('reversed_on', None), ('remaining', 0), _connector='OR'), name='points_lot_reversed_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='pointslot',
            constraint=models.CheckConstraint(condition=models.Q(('returned_fen__gte', 0), ('returned_fen__lte', models.F('value_fen')), ('value_fen__gte', 0)), name='points_lot_returns_no_more_than_it_cost'),
        ),
        migrations.AddField(
            model_name='tiermembership',
            name='borrower',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='borrowers.borrower', verbose_name='Borrower'),
        ),
        migrations.AddIndex(
            model_name='instalmentoutcome',
            index=models.Index(fields=['borrower', 'due_on'], name='instalment_outcome_due'),
        ),
        migrations.AddConstraint(
            model_name='pointsgrant',
            constraint=models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='points_grant_gives_something'),
        ),
        migrations.AddConstraint(
            model_name='pointsgrant',
            constraint=models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='points_grant_takes_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='pointsgrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approver', None), ('state', 'PROPOSED')), models.Q(('approver__isnull', False), ('state__in', ['APPROVED', 'TURNED_DOWN'])), _connector='OR'), name='points_grant_decided_has_an_approver'),
        ),
        migrations.AddConstraint(
            model_name='partnerstatement',
            constraint=models.UniqueConstraint(fields=('partner', 'month'), name='partner_statement_is_one_a_month'),
        ),
        migrations.AddConstraint(
            model_name='partnerstatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approver', None), ('state', 'PREPARED')), models.Q(('approver__isnull', False), ('state', 'APPROVED')), _connector='OR'), name='partner_statement_approved_has_an_approver'),
        ),
        migrations.AddConstraint(
            model_name='partnerstatement',
            constraint=models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='partner_statement_takes_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='fulfilment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_on__isnull', False), ('state', 'DELIVERED')), models.Q(models.Q(('state', 'DELIVERED'), _negated=True), ('delivered_on', None), ('statement', None)), _connector='OR'), name='fulfilment_delivered_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['RATE_DISCOUNT', 'FEE_WAIVER', 'COUPON', 'GIFT'])), name='benefit_is_never_cash_or_principal'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(('cost_points__gt', 0)), name='benefit_costs_points'),
        ),
        migrations.AddConstraint(
            model_name='benefit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('discount_ppm__gt', 0), ('kind', 'RATE_DISCOUNT'), ('partner', None)), models.Q(('discount_ppm', 0), ('kind', 'FEE_WAIVER'), ('partner', None), ('value_fen__gt', 0)), models.Q(('discount_ppm', 0), ('kind__in', ['COUPON', 'GIFT']), ('partner__isnull', False), ('price_fen__gte', 0)), _connector='OR'), name='benefit_fits_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='rewardprogramme',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ACTIVE')), fields=('state',), name='reward_programme_is_one'),
        ),
        migrations.AddConstraint(
            model_name='rewardprogramme',
            constraint=models.CheckConstraint(condition=models.Q(('cost_fen__gte', 0), ('cost_fen__lte', models.F('budget_fen'))), name='reward_programme_stays_in_its_budget'),
        ),
        migrations.AddConstraint(
            model_name='rewardprogramme',
            constraint=models.CheckConstraint(condition=models.Q(('approver', None), models.Q(('approver', models.F('author')), _negated=True), _connector='OR'), name='reward_programme_takes_four_eyes'),
        ),
        migrations.AddConstraint(
            model_name='rewardprogramme',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'DRAFT'), ('from_date__isnull', False), _connector='OR'), name='reward_programme_in_force_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='tiermembership',
            constraint=models.UniqueConstraint(condition=models.Q(('to_date', None)), fields=('borrower',), name='tier_is_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='tiermembership',
            constraint=models.CheckConstraint(condition=models.Q(('to_date', None), ('to_date__gte', models.F('from_date')), _connector='OR'), name='tier_days_are_a_range'),
        ),
        migrations.RunSQL(SEED, UNSEED),
        migrations.AlterField(
            model_name='pointslot',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lending.rewardprogramme'),
        ),
        migrations.AlterField(
            model_name='pointslot',
            name='value_fen',
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name='pointslot',
            name='available_on',
            field=models.DateField(),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
