"""The thirty features as polars expressions: sums by person first, then arithmetic on people."""

import polars as pl

from scoring.tests import twin

col, lit = pl.col, pl.lit


def plan(events: pl.LazyFrame, people: int, as_of: int) -> pl.LazyFrame:
    """What `collect` computes, one row for each person."""
    seen = _seen(events, as_of)
    asked = pl.LazyFrame({"person": range(people)}, schema={"person": pl.Int64})
    known = asked
    for part in (_sums(seen), _history(seen), _diversity(seen)):
        known = known.join(part, on="person", how="left", maintain_order="left")
    return _features(_judged(known))


def _seen(events: pl.LazyFrame, as_of: int) -> pl.LazyFrame:
    local = col("seconds") + 28_800
    hour = local % 86_400 // 3_600
    kept = events.filter((col("seconds") < as_of) & (col("category") != 9))
    is_own = col("source") == 9
    category, direction = col("category"), col("direction")
    spending = (direction == 2) & (category <= 16) & (category != 14) & ~is_own
    return kept.select(
        "person",
        "category",
        "direction",
        amount=col("amount_fen").cast(pl.Float64),
        age=(lit((as_of - 1 + 28_800) // 86_400) - local // 86_400).cast(pl.Int32),
        is_own=is_own,
        is_income=(direction == 1) & category.is_in([32, 33]) & ~is_own,
        is_spending=spending,
        is_instalment=is_own & (category == 35),
        is_night=(hour >= 23) | (hour < 6),
        is_weekend=(local // 86_400 % 7).is_in([2, 3]),
    )


def _between(kind: pl.Expr, offset: int, period: int) -> pl.Expr:
    first = offset + 30 * period
    return kind & (col("age") >= first) & (col("age") < first + 30)


def _rows() -> dict[str, pl.Expr]:
    """The rows of every sum, by the names that the twin gives them."""
    age, category, direction = col("age"), col("category"), col("direction")
    income, spending, other = col("is_income"), col("is_spending"), ~col("is_own")
    rows = {
        "earned_90": income & (age < 90),
        "earned_180": income & (age < 180),
        "earned_late": _between(income, 5, 0),
        "sent_90": (category == 14) & (direction == 2) & other & (age < 90),
        "received_90": (category == 14) & (direction == 1) & other & (age < 90),
        "credit_90": category.is_in([35, 36]) & other & (age < 90),
        "instalments_90": col("is_instalment") & (age < 90),
        "gambled_180": (category == 39) & (direction == 2) & other & (age < 180),
        "essential_90": spending & category.is_in([1, 3, 8, 10, 11]) & (age < 90),
        "night_90": spending & col("is_night") & (age < 90),
        "night_large_90": spending & col("is_night") & (col("amount") >= 50_000) & (age < 90),
        "weekend_90": spending & col("is_weekend") & (age < 90),
    }
    for name, scene in twin.SCENES.items():
        rows[f"{name}_180"] = spending & (category == scene) & (age < 180)
    for period in twin.PERIODS:
        rows[f"spent_{period}"] = _between(spending, 0, period)
        rows[f"back_{period}"] = _between((category == 34) & other, 0, period)
        for offset in (0, 10, 20):
            rows[f"earned_{offset}_{period}"] = _between(income, offset, period)
    return rows


def _sums(seen: pl.LazyFrame) -> pl.LazyFrame:
    age, spending, instalment = col("age"), col("is_spending"), col("is_instalment")
    counts = {
        "events_180": ~col("is_own") & (age < 180),
        "purchases_90": spending & (age < 90),
        "purchases_180": spending & (age < 180),
        "instalments": instalment,
        "on_time": instalment & (col("direction") == 2),
        "late": instalment & (col("direction") != 2),
    }
    sums = {name: col("amount").filter(rows).sum() for name, rows in _rows().items()}
    return seen.group_by("person").agg(
        **sums, **{name: rows.sum().cast(pl.Float64) for name, rows in counts.items()}
    )


def _history(seen: pl.LazyFrame) -> pl.LazyFrame:
    age = col("age")
    days = seen.filter(~col("is_own")).select("person", "age").unique().sort("person", "age")
    before = age.shift(1).over("person")
    reached = days.with_columns(
        gap=age - before.fill_null(-1) - 1, is_silent=(age - before.fill_null(0)) > 90
    ).with_columns(silences=col("is_silent").cast(pl.Int32).cum_sum().over("person"))
    counted = (age < 180) & (col("silences") == 0)
    return reached.group_by("person").agg(
        days=age.filter(col("silences") == 0).max().fill_null(-1) + 1,
        active_days=(age < 90).sum(),
        active_weeks=(age.filter(age < 91) // 7).n_unique(),
        newest=age.min(),
        oldest=age.filter(counted).max(),
        gap=col("gap").filter(counted).max(),
    )


def _diversity(seen: pl.LazyFrame) -> pl.LazyFrame:
    chosen = seen.filter(col("is_spending") & (col("age") < 180) & (col("category") != 0))
    fen = chosen.group_by("person", "category").agg(fen=col("amount").sum())
    part = fen.with_columns(part=col("fen") / col("fen").sum().over("person"))
    entropy = -(col("part") * col("part").log()).sum() / lit(14.0).log()
    return part.filter(col("part") > 0).group_by("person").agg(entropy=entropy)


def _judged(known: pl.LazyFrame) -> pl.LazyFrame:
    names = [*_rows(), "events_180", "purchases_90", "purchases_180", "instalments", "on_time"]
    names += ["late", "days", "active_days", "active_weeks"]
    spent = [col(f"spent_{period}") for period in twin.PERIODS]
    back = [col(f"back_{period}") for period in twin.PERIODS]
    return known.with_columns(
        col(name).fill_null(0).cast(pl.Float64) for name in names
    ).with_columns(
        recent=pl.max_horizontal("earned_0_0", "earned_late"),
        months=col("days").clip(30, 90) / 30,
        is_earning=(col("days") >= 25) & (col("earned_180") >= 50_000),
        is_buying=col("purchases_90") >= 10,
        is_known=col("purchases_180") >= 10,
        spent_90=pl.sum_horizontal(spent[:3]),
        spent_180=pl.sum_horizontal(spent),
        net_90=pl.sum_horizontal(spent[:3]) - pl.sum_horizontal(back[:3]),
        owed_90=(col("credit_90") - col("instalments_90")).clip(lower_bound=0),
    )


def _over(part: pl.Expr, whole: pl.Expr, where: pl.Expr) -> pl.Expr:
    return pl.when(where & (whole > 0)).then(part / whole)


def _variation(values: list[pl.Expr], seen: list[pl.Expr], at_least: int) -> pl.Expr:
    count = pl.sum_horizontal([each.cast(pl.Float64) for each in seen])
    chosen = [pl.when(when).then(each) for each, when in zip(values, seen, strict=True)]
    mean = pl.sum_horizontal(chosen) / count
    spread = pl.sum_horizontal([(each - mean) ** 2 for each in chosen])
    return pl.when((count >= at_least) & (mean > 0)).then((spread / count).sqrt() / mean)


def _income_variation() -> pl.Expr:
    found = []
    for offset in (0, 10, 20):
        values = [col("recent"), *(col(f"earned_{offset}_{period}") for period in range(5))]
        starts = [offset + 30 * period + 25 for period in range(5)]
        seen = [col("days") >= 0, *(col("days") >= start for start in starts)]
        found.append(_variation(values, seen, 4))
    return pl.when(col("is_earning")).then(pl.min_horizontal(found))


def _spending_variation() -> pl.Expr:
    values = [
        (col(f"spent_{period}") - col(f"back_{period}")).clip(lower_bound=0)
        for period in twin.PERIODS
    ]
    seen = [col("days") >= 30 * period + 25 for period in twin.PERIODS]
    return pl.when(col("is_buying")).then(_variation(values, seen, 3))


def _typical() -> pl.Expr:
    earlier = [
        pl.when(col("days") >= 30 * period + 25).then(col(f"earned_0_{period}"))
        for period in range(1, 6)
    ]
    middle = pl.concat_list(earlier).list.drop_nulls().list.median()
    return pl.when(col("is_earning") & (col("days") >= 85)).then(middle)


def _features(judged: pl.LazyFrame) -> pl.LazyFrame:
    buying, known, earning = col("is_buying"), col("is_known"), col("is_earning")
    income = pl.when(earning).then(col("earned_90") / col("months"))
    monthly = pl.when(buying).then(col("net_90").clip(lower_bound=0) / col("months"))
    sent = (col("sent_90") - col("received_90")).clip(lower_bound=0) / col("months")
    surplus = income - monthly - sent
    cover = pl.when(income > 0).then((surplus / income).clip(-1, 1)).otherwise(-1.0)
    gap = pl.max_horizontal("gap", pl.min_horizontal("days", lit(180.0)) - 1 - col("oldest"))
    weakest = pl.min_horizontal(
        col("events_180") / 90, col("days") / 30 / 3, col("active_weeks") / 9, lit(1.0)
    )
    recent = pl.when(earning).then(col("recent"))
    features = {
        "income_monthly_90d": income,
        "income_recent_30d": recent,
        "income_typical_30d": _typical(),
        "income_trend": pl.when(_typical() > 0).then(recent / _typical()),
        "income_variation_180d": _income_variation(),
        "spending_monthly_90d": monthly,
        "spending_variation_180d": _spending_variation(),
        "surplus_monthly_90d": surplus,
        "cover_90d": pl.when(surplus.is_not_null()).then(cover),
        "essential_share_90d": _over(col("essential_90"), col("spent_90"), buying),
        "scene_diversity_180d": pl.when(known).then(col("entropy")),
        "credit_share_90d": _over(col("owed_90"), col("owed_90") + col("spent_90"), buying),
        "night_large_share_90d": _over(col("night_large_90"), col("spent_90"), buying),
        "gambling_share_180d": _over(
            col("gambled_180"), col("gambled_180") + col("spent_180"), known
        ),
        "own_instalments": col("instalments"),
        "own_on_time_share": _over(col("on_time"), col("instalments"), lit(value=True)),
        "events_180d": col("events_180"),
        "history_months": col("days") / 30,
        "active_days_90d": col("active_days"),
        "active_weeks_90d": col("active_weeks"),
        "longest_gap_180d": pl.when(col("days") >= 30).then(gap),
        "last_seen_days": col("newest"),
        "own_late_count": col("late"),
        "night_share_90d": _over(col("night_90"), col("spent_90"), buying),
        "weekend_share_90d": _over(col("weekend_90"), col("spent_90"), buying),
        **{
            f"{name}_share_180d": _over(col(f"{name}_180"), col("spent_180"), known)
            for name in twin.SCENES
        },
        "confidence": weakest,
    }
    return judged.select("person", **features).sort("person")
