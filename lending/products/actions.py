"""Opening products and merchants."""

from lending.products.models import LoanProduct, Merchant, Scene

# Two products to show and to test with. Their schools and shops are invented.
DEMONSTRATION_PRODUCTS = (
    {
        "code": "DAILY",
        "name_zh": "日常消费借款",
        "name_en": "Everyday loan",
        "scene": Scene.CONSUMPTION,
        "minimum_fen": 50_000,
        "maximum_fen": 5_000_000,
        "terms_months": [3, 6, 12],
        "floor_rate_ppm": 72_000,
    },
    {
        "code": "STUDY",
        "name_zh": "进修学费借款",
        "name_en": "Tuition loan",
        "scene": Scene.EDUCATION,
        "minimum_fen": 100_000,
        "maximum_fen": 3_000_000,
        "terms_months": [6, 12],
        "floor_rate_ppm": 60_000,
        "pays_merchant": True,
        "needs_evidence": True,
    },
)
DEMONSTRATION_MERCHANTS = (
    {
        "code": "TOMORROW",
        "name_zh": "明日技能学校（虚构）",
        "name_en": "Tomorrow Skills School (fictional)",
        "scene": Scene.EDUCATION,
        "account": "merchant:TOMORROW",
    },
    {
        "code": "RIVERSIDE",
        "name_zh": "河畔语言学院（虚构）",
        "name_en": "Riverside Language Institute (fictional)",
        "scene": Scene.EDUCATION,
        "account": "merchant:RIVERSIDE",
    },
)


def open_demonstration() -> None:
    """Open the demonstration's products and merchants; what exists stays as it is."""
    for product in DEMONSTRATION_PRODUCTS:
        LoanProduct.objects.get_or_create(code=product["code"], defaults=product)
    for merchant in DEMONSTRATION_MERCHANTS:
        Merchant.objects.get_or_create(code=merchant["code"], defaults=merchant)
