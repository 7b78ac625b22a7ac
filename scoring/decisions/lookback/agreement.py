"""How far a version agrees with the champion on the applications that both have rated."""

from dataclasses import dataclass

from django.db import connection

# Wide enough that a handful of points reads as agreement: twenty double the odds.
BAND_POINTS = 10
OUTERMOST = 5
AT_MOST = 20_000

_PAIRS = """
WITH latest AS (
    SELECT own.assessment_id, own.score AS own_score, own.pd_ppm AS own_pd,
           other.score AS other_score, other.pd_ppm AS other_pd
      FROM scoring_modelscore AS own
      JOIN scoring_modelscore AS other
        ON other.assessment_id = own.assessment_id AND other.model_version_id = %(other)s
     WHERE own.model_version_id = %(own)s AND own.failure = '' AND other.failure = ''
     ORDER BY own.assessment_id DESC LIMIT %(limit)s)
SELECT greatest(-%(outer)s, least(%(outer)s,
           round((own_score - other_score)::numeric / %(band)s)))::int AS place,
       count(*), sum(own_score - other_score), sum(own_pd)::bigint, sum(other_pd)::bigint
  FROM latest GROUP BY place ORDER BY place
"""
_FAILED = """
SELECT count(*) FROM scoring_modelscore WHERE model_version_id = %s AND failure <> ''
"""


@dataclass(frozen=True, slots=True)
class Band:
    """How many applications stand so many points apart; `middle` is the version less the other."""

    middle: int
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """A version against another on the same applications."""

    pairs: int
    failed: int
    bands: tuple[Band, ...]
    mean_points: float
    own_pd_ppm: int
    other_pd_ppm: int

    @property
    def near_ppm(self) -> int:
        """The share of applications on which the two are within fifteen points."""
        near = sum(each.count for each in self.bands if abs(each.middle) <= BAND_POINTS)
        return near * 1_000_000 // self.pairs if self.pairs else 0


def agreement(*, version_id: int, other_id: int) -> Agreement:
    """The latest pairs of scores, by how far they stand apart."""
    asked = {
        "own": version_id,
        "other": other_id,
        "limit": AT_MOST,
        "band": BAND_POINTS,
        "outer": OUTERMOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, asked)
        found = {place: rest for place, *rest in cursor.fetchall()}
        cursor.execute(_FAILED, [version_id])
        failed = int(cursor.fetchone()[0])
    pairs, points, own_pd, other_pd = (
        int(sum(rest[index] for rest in found.values())) for index in range(4)
    )
    return Agreement(
        pairs=pairs,
        failed=failed,
        bands=tuple(
            Band(place * BAND_POINTS, int(found.get(place, [0])[0]))
            for place in range(-OUTERMOST, OUTERMOST + 1)
        ),
        mean_points=points / pairs if pairs else 0.0,
        own_pd_ppm=own_pd // pairs if pairs else 0,
        other_pd_ppm=other_pd // pairs if pairs else 0,
    )
