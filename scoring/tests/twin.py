"""The features once more as SQL, for another engine: a second opinion, never used to decide.

PostgreSQL and DuckDB both run the text. It expects `event` (person, seconds, amount_fen,
direction, category, source) and `asked` (person, as_of_seconds), one row for each person, and
gives one row for each of `asked`; NULL where there is not enough evidence.
"""

PERIODS = range(6)
SCENES = {"dining": 2, "transport": 3, "travel": 4, "education": 8}
# Counts, sums and extremes of whole numbers: here no engine may differ in a single bit.
EXACT = frozenset(
    {
        "income_recent_30d",
        "own_instalments",
        "events_180d",
        "active_days_90d",
        "active_weeks_90d",
        "longest_gap_180d",
        "last_seen_days",
        "own_late_count",
    }
)


def _between(kind: str, offset: int, period: int) -> str:
    first = offset + 30 * period
    return f"{kind} AND age >= {first} AND age < {first + 30}"


def _sums() -> dict[str, str]:
    """Every sum of money that a feature stands on: its name and which rows."""
    rows = {
        "earned_90": "is_income AND age < 90",
        "earned_180": "is_income AND age < 180",
        "earned_late": _between("is_income", 5, 0),
        "sent_90": "category = 14 AND direction = 2 AND NOT is_own AND age < 90",
        "received_90": "category = 14 AND direction = 1 AND NOT is_own AND age < 90",
        "credit_90": "category IN (35, 36) AND NOT is_own AND age < 90",
        "instalments_90": "is_instalment AND age < 90",
        "gambled_180": "category = 39 AND direction = 2 AND NOT is_own AND age < 180",
        "essential_90": "is_spending AND category IN (1, 3, 8, 10, 11) AND age < 90",
        "night_90": "is_spending AND is_night AND age < 90",
        "night_large_90": "is_spending AND is_night AND amount_fen >= 50000 AND age < 90",
        "weekend_90": "is_spending AND is_weekend AND age < 90",
    }
    for name, category in SCENES.items():
        rows[f"{name}_180"] = f"is_spending AND category = {category} AND age < 180"
    for period in PERIODS:
        rows[f"spent_{period}"] = _between("is_spending", 0, period)
        rows[f"back_{period}"] = _between("category = 34 AND NOT is_own", 0, period)
        rows[f"earned_0_{period}"] = _between("is_income", 0, period)
        for offset in (10, 20):
            rows[f"earned_{offset}_{period}"] = _between("is_income", offset, period)
    return rows


def _variation(name: str, values: list[str], seen: list[str], at_least: int) -> tuple[str, str]:
    """The mean of the values seen, and the deviation over it: two steps of one sum."""
    count = " + ".join(f"CASE WHEN {each} THEN 1 ELSE 0 END" for each in seen)
    total = " + ".join(
        f"CASE WHEN {when} THEN {value} ELSE 0 END"
        for value, when in zip(values, seen, strict=True)
    )
    mean = (
        f"{count} AS {name}_count,"
        f" CAST({total} AS double precision) / nullif({count}, 0) AS {name}_mean"
    )
    spread = " + ".join(
        f"CASE WHEN {when} THEN ({value} - {name}_mean) * ({value} - {name}_mean) ELSE 0 END"
        for value, when in zip(values, seen, strict=True)
    )
    varies = (
        f"CASE WHEN {name}_count >= {at_least} AND {name}_mean > 0"
        f" THEN sqrt(({spread}) / {name}_count) / {name}_mean END AS {name}_variation"
    )
    return mean, varies


def _variations() -> list[tuple[str, str]]:
    """Of the income three times, each cut at another day; of the spending once."""
    found = []
    for offset in (0, 10, 20):
        values = ["recent", *(f"earned_{offset}_{period}" for period in range(5))]
        seen = ["true", *(f"days >= {offset + 30 * period + 25}" for period in range(5))]
        found.append(_variation(f"income_{offset}", values, seen, 4))
    values = [f"greatest(spent_{period} - back_{period}, 0)" for period in PERIODS]
    seen = [f"days >= {30 * period + 25}" for period in PERIODS]
    return [*found, _variation("spending", values, seen, 3)]


_FEATURES = {
    "income_monthly_90d": "CASE WHEN is_earning THEN earned_90 / months END",
    "income_recent_30d": "CASE WHEN is_earning THEN recent END",
    "income_typical_30d": "CASE WHEN is_earning THEN typical END",
    "income_trend": "CASE WHEN is_earning AND typical > 0 THEN recent / typical END",
    "income_variation_180d": "CASE WHEN is_earning THEN least(income_0_variation,"
    " income_10_variation, income_20_variation) END",
    "spending_monthly_90d": "monthly",
    "spending_variation_180d": "CASE WHEN is_buying THEN spending_variation END",
    "surplus_monthly_90d": "surplus",
    "cover_90d": "CASE WHEN surplus IS NULL THEN NULL WHEN earned_90 > 0"
    " THEN greatest(least(surplus / (earned_90 / months), 1), -1) ELSE -1 END",
    "essential_share_90d": "CASE WHEN is_buying THEN essential_90 / nullif(spent_90, 0) END",
    "scene_diversity_180d": "CASE WHEN purchases_180 >= 10 THEN entropy END",
    "credit_share_90d": "CASE WHEN is_buying THEN greatest(credit_90 - instalments_90, 0)"
    " / nullif(greatest(credit_90 - instalments_90, 0) + spent_90, 0) END",
    "night_large_share_90d": "CASE WHEN is_buying THEN night_large_90 / nullif(spent_90, 0) END",
    "gambling_share_180d": "CASE WHEN purchases_180 >= 10"
    " THEN gambled_180 / nullif(gambled_180 + spent_180, 0) END",
    "own_instalments": "instalments",
    "own_on_time_share": "on_time / CAST(nullif(instalments, 0) AS double precision)",
    "events_180d": "events_180",
    "history_months": "days / CAST(30 AS double precision)",
    "active_days_90d": "active_days",
    "active_weeks_90d": "active_weeks",
    "longest_gap_180d": "CASE WHEN days >= 30 THEN greatest(gap, least(days, 180) - 1 - oldest)"
    " END",
    "last_seen_days": "newest",
    "own_late_count": "late",
    "night_share_90d": "CASE WHEN is_buying THEN night_90 / nullif(spent_90, 0) END",
    "weekend_share_90d": "CASE WHEN is_buying THEN weekend_90 / nullif(spent_90, 0) END",
    **{
        f"{name}_share_180d": f"CASE WHEN purchases_180 >= 10"
        f" THEN {name}_180 / nullif(spent_180, 0) END"
        for name in SCENES
    },
    "confidence": "least(events_180 / CAST(90 AS double precision),"
    " days / CAST(30 AS double precision) / 3, active_weeks / CAST(9 AS double precision), 1)",
}
NAMES = tuple(_FEATURES)


def _text() -> str:
    sums, variations = _sums(), _variations()
    return _QUERY.format(
        sums=",\n".join(
            f"sum(amount_fen) FILTER (WHERE {rows}) AS {name}" for name, rows in sums.items()
        ),
        all=",\n".join(f"CAST(coalesce({n}, 0) AS double precision) AS {n}" for n in sums),
        means=",\n".join(mean for mean, _ in variations),
        varied=",\n".join(varies for _, varies in variations),
        features=",\n".join(f"{text} AS {name}" for name, text in _FEATURES.items()),
    )


_QUERY = """
WITH seen AS (
    SELECT asked.person, amount_fen, direction, category, source = 9 AS is_own,
           direction = 1 AND category IN (32, 33) AND source <> 9 AS is_income,
           direction = 2 AND category <= 16 AND category NOT IN (9, 14) AND source <> 9
           AS is_spending,
           source = 9 AND category = 35 AS is_instalment,
           CAST(floor((as_of_seconds - 1 + 28800) / 86400.0) - floor((seconds + 28800) / 86400.0)
                AS integer) AS age,
           (seconds + 28800) % 86400 >= 82800 OR (seconds + 28800) % 86400 < 21600 AS is_night,
           CAST(floor((seconds + 28800) / 86400.0) AS bigint) % 7 IN (2, 3) AS is_weekend
      FROM event JOIN asked ON asked.person = event.person AND seconds < as_of_seconds
     WHERE category <> 9
), day AS (
    SELECT person, age,
           CASE WHEN age - lag(age, 1, 0) OVER back > 90 THEN 1 ELSE 0 END AS is_silent,
           age - lag(age, 1, -1) OVER back - 1 AS gap
      FROM (SELECT DISTINCT person, age FROM seen WHERE NOT is_own) AS recorded
    WINDOW back AS (PARTITION BY person ORDER BY age)
), reached AS (
    SELECT person, age, gap, sum(is_silent) OVER (PARTITION BY person ORDER BY age) AS silences
      FROM day
), history AS (
    SELECT person, max(age) FILTER (WHERE silences = 0) + 1 AS days,
           count(*) FILTER (WHERE age < 90) AS active_days,
           count(DISTINCT floor(age / 7.0)) FILTER (WHERE age < 91) AS active_weeks,
           max(age) FILTER (WHERE age < 180 AND silences = 0) AS oldest,
           min(age) AS newest,
           max(gap) FILTER (WHERE age < 180 AND silences = 0) AS gap
      FROM reached GROUP BY person
), scene AS (
    SELECT person, category, CAST(sum(amount_fen) AS double precision) AS fen
      FROM seen WHERE is_spending AND age < 180 AND category <> 0 GROUP BY person, category
), share AS (
    SELECT person, fen / nullif(sum(fen) OVER (PARTITION BY person), 0) AS part FROM scene
), diversity AS (
    SELECT person, -sum(CASE WHEN part > 0 THEN part * ln(part) ELSE 0 END)
                   / ln(CAST(14 AS double precision)) AS entropy
      FROM share WHERE part IS NOT NULL GROUP BY person
), summed AS (
    SELECT person, count(*) FILTER (WHERE NOT is_own AND age < 180) AS events_180,
           count(*) FILTER (WHERE is_spending AND age < 90) AS purchases_90,
           count(*) FILTER (WHERE is_spending AND age < 180) AS purchases_180,
           count(*) FILTER (WHERE is_instalment) AS instalments,
           count(*) FILTER (WHERE is_instalment AND direction = 2) AS on_time,
           count(*) FILTER (WHERE is_instalment AND direction <> 2) AS late,
           {sums}
      FROM seen GROUP BY person
), known AS (
    SELECT asked.person, coalesce(days, 0) AS days, coalesce(active_days, 0) AS active_days,
           coalesce(active_weeks, 0) AS active_weeks, gap, oldest, newest, entropy,
           coalesce(events_180, 0) AS events_180, coalesce(purchases_90, 0) AS purchases_90,
           coalesce(purchases_180, 0) AS purchases_180, coalesce(instalments, 0) AS instalments,
           coalesce(on_time, 0) AS on_time, coalesce(late, 0) AS late,
           {all}
      FROM asked LEFT JOIN summed ON summed.person = asked.person
           LEFT JOIN history ON history.person = asked.person
           LEFT JOIN diversity ON diversity.person = asked.person
), judged AS (
    SELECT known.*, greatest(earned_0_0, earned_late) AS recent,
           CAST(greatest(least(days, 90), 30) AS double precision) / 30 AS months,
           days >= 25 AND earned_180 >= 50000 AS is_earning,
           purchases_90 >= 10 AS is_buying,
           spent_0 + spent_1 + spent_2 AS spent_90,
           spent_0 + spent_1 + spent_2 + spent_3 + spent_4 + spent_5 AS spent_180,
           spent_0 + spent_1 + spent_2 - back_0 - back_1 - back_2 AS net_90
      FROM known
), typical AS (
    SELECT person, CASE WHEN count(*) >= 2
                        THEN percentile_cont(0.5) WITHIN GROUP (ORDER BY earned) END AS typical
      FROM (SELECT person, days, period, CASE period WHEN 1 THEN earned_0_1 WHEN 2 THEN earned_0_2
                   WHEN 3 THEN earned_0_3 WHEN 4 THEN earned_0_4 ELSE earned_0_5 END AS earned
              FROM known CROSS JOIN (VALUES (1), (2), (3), (4), (5)) AS five (period)) AS earlier
     WHERE days >= 30 * period + 25 GROUP BY person
), averaged AS (
    SELECT judged.*, typical, CASE WHEN is_buying THEN greatest(net_90, 0) / months END AS monthly,
           {means}
      FROM judged LEFT JOIN typical ON typical.person = judged.person
), varied AS (
    SELECT averaged.*, CASE WHEN is_earning THEN earned_90 / months - monthly
           - greatest(sent_90 - received_90, 0) / months END AS surplus,
           {varied}
      FROM averaged
)
SELECT person, {features} FROM varied ORDER BY person
"""
QUERY = _text()
