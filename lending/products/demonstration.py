"""Products to show and to test with, for each scene, and invented schools and shops. Pure.

Nothing is left to a default: what a product lends under is read here and nowhere else.
"""

from dataclasses import dataclass, replace

CONSUMPTION, EDUCATION = "CONSUMPTION", "EDUCATION"


@dataclass(frozen=True, slots=True)
class Product:
    """Every term of one product; one that is like another names what differs."""

    code: str
    name_zh: str
    name_en: str
    scene: str
    licence: str
    minimum_fen: int
    maximum_fen: int
    terms_months: tuple[int, ...]
    method: str
    rhythm: str
    floor_rate_ppm: int
    highest_rate_ppm: int
    penalty_multiple_ppm: int
    grace_days: int
    cooling_off_days: int
    pays_merchant: bool
    needs_evidence: bool
    needs_order: bool


@dataclass(frozen=True, slots=True)
class School:
    """A school or shop that is paid directly."""

    code: str
    name_zh: str
    name_en: str
    scene: str
    account: str


DAILY = Product(
    code="DAILY",
    name_zh="日常消费借款",
    name_en="Everyday loan",
    scene=CONSUMPTION,
    licence="CONSUMER_FINANCE",
    minimum_fen=50_000,
    maximum_fen=5_000_000,
    terms_months=(3, 6, 12),
    method="EQUAL_INSTALMENT",
    rhythm="MONTHLY",
    floor_rate_ppm=72_000,
    highest_rate_ppm=210_000,
    penalty_multiple_ppm=1_500_000,
    grace_days=3,
    cooling_off_days=7,
    pays_merchant=False,
    needs_evidence=False,
    needs_order=False,
)
STUDY = replace(
    DAILY,
    code="STUDY",
    name_zh="进修学费借款",
    name_en="Tuition loan",
    scene=EDUCATION,
    minimum_fen=100_000,
    maximum_fen=3_000_000,
    terms_months=(6, 12),
    floor_rate_ppm=60_000,
    pays_merchant=True,
    needs_evidence=True,
    needs_order=True,
)
# What is bought from a seller that is paid directly, on an order that is shown.
TRIP = replace(
    DAILY,
    code="TRIP",
    name_zh="旅行借款",
    name_en="Travel loan",
    scene="TRAVEL",
    maximum_fen=3_000_000,
    highest_rate_ppm=180_000,
    penalty_multiple_ppm=1_300_000,
    pays_merchant=True,
    needs_evidence=True,
    needs_order=True,
)
RENT = replace(
    TRIP,
    code="RENT",
    name_zh="租房借款",
    name_en="Rent loan",
    scene="RENTAL",
    pays_merchant=False,
)
PRODUCTS = (
    DAILY,
    STUDY,
    TRIP,
    replace(
        TRIP,
        code="CARE",
        name_zh="医疗借款",
        name_en="Medical care loan",
        scene="MEDICAL",
        maximum_fen=5_000_000,
        needs_evidence=False,
    ),
    replace(
        TRIP,
        code="HOME",
        name_zh="家装借款",
        name_en="Home improvement loan",
        scene="RENOVATION",
        maximum_fen=10_000_000,
        terms_months=(6, 12, 24),
    ),
    RENT,
    replace(
        TRIP,
        code="DEVICE",
        name_zh="数码分期",
        name_en="Device loan",
        scene="DIGITAL",
        maximum_fen=1_500_000,
    ),
    replace(
        RENT,
        code="RENT_QUARTER",
        name_zh="季付租房借款",
        name_en="Rent loan, by the quarter",
        terms_months=(3, 6, 9, 12),
        rhythm="QUARTERLY",
    ),
)
SCHOOLS = (
    School(
        code="TOMORROW",
        name_zh="明日技能学校（虚构）",
        name_en="Tomorrow Skills School (fictional)",
        scene=EDUCATION,
        account="merchant:TOMORROW",
    ),
    School(
        code="RIVERSIDE",
        name_zh="河畔语言学院（虚构）",
        name_en="Riverside Language Institute (fictional)",
        scene=EDUCATION,
        account="merchant:RIVERSIDE",
    ),
    School(
        code="LANTERN",
        name_zh="灯笼旅行社（虚构）",
        name_en="Lantern Travel (fictional)",
        scene="TRAVEL",
        account="merchant:LANTERN",
    ),
    School(
        code="WILLOW",
        name_zh="柳岸医院（虚构）",
        name_en="Willow Clinic (fictional)",
        scene="MEDICAL",
        account="merchant:WILLOW",
    ),
    School(
        code="OAK",
        name_zh="橡木装饰（虚构）",
        name_en="Oak Interiors (fictional)",
        scene="RENOVATION",
        account="merchant:OAK",
    ),
    School(
        code="PIXEL",
        name_zh="像素数码（虚构）",
        name_en="Pixel Devices (fictional)",
        scene="DIGITAL",
        account="merchant:PIXEL",
    ),
)


def product_for(scene: str) -> Product:
    """The first product of a scene."""
    return next(each for each in PRODUCTS if each.scene == scene)
