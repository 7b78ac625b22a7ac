"""Trains the model of scenes from our own words, put into the sentences that bills write.

No bill of anybody is learnt from. The same words give the same artefact: nothing is drawn by
chance that a seed does not fix, and the numbers are rounded.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from borrowers.connectors import categories
from borrowers.connectors.contracts import Category
from borrowers.connectors.scene_model import (
    LONGEST_PIECE,
    SQUARES_SCALE,
    WEIGHTS_SCALE,
    pieces,
)

SEED = 20_261_101
FEWEST_TEXTS = 3
MOST = 32_767
# A looser solver stops where the processor's order of adding leads it: 405 steps apart, where
# this one was one step of 32,767 and a millionth apart.
TOLERANCE = 1e-9
MOST_ROUNDS = 10_000
STEPS_APART = 1
INTERCEPTS_APART = 2e-6
# Invented places and owners: they stand before every trade, so that they mean none.
PLACES = (
    "示例", "城东", "城西", "新区", "老街", "东湖", "西山", "南门", "北苑", "中心广场", "万和",
    "星河", "金水", "翠竹", "和平路", "解放路", "人民路", "江南", "江北", "临港", "花园", "龙泉",
    "凤凰", "朝阳", "松江", "滨河", "大学城", "火车站", "高新区", "步行街", "云山", "桂花巷",
    "月亮湾", "银杏里", "锦绣", "阳光",
)  # fmt: skip
OWNERS = (
    "老王", "小李", "阿强", "张记", "李记", "福来", "好又多", "美滋滋", "一品", "天天", "万家",
    "聚福", "鑫源", "顺达", "老地方", "小确幸", "大叔", "姐妹", "兄弟", "悦", "诚信", "四季",
    "百味", "乐万", "新时代", "喜来", "家和", "三姐",
)  # fmt: skip
SHOP_ENDS = ("店", "铺", "馆", "中心", "有限公司", "经营部", "服务部", "总店", "分店", "个体工商户")
ONLINE_ENDS = ("旗舰店", "专营店", "官方旗舰店", "专卖店", "官方店")
ITEMS = (
    "{}", "{}费", "{}订单", "{}消费", "购买{}", "{}一份", "{}套餐", "{}*1", "{}-扫码付款",
    "{}支付", "{} 商户消费", "订单-{}", "{}服务", "{}充值", "{}自动续费",
)  # fmt: skip
SOLD_ONLINE = (
    Category.GROCERIES,
    Category.APPAREL_BEAUTY,
    Category.ELECTRONICS_HOME,
    Category.EDUCATION,
    Category.TRAVEL,
)
PLATFORM_TEXTS = (
    "旗舰店", "专营店", "官方旗舰店", "平台商户", "网店", "商城订单", "好物", "优选商城", "集市",
    "拼购", "拼单", "合并支付", "商品订单", "购物订单", "网上购物", "订单编号", "杂货",
    "家用杂货", "杂货铺", "百货专营店", "百货商场", "小商品", "优选", "严选",
)  # fmt: skip
SAYS_NOTHING = (
    "store", "shop", "ltd", "company", "example store", "trading", "mall", "payment", "intl",
    "pos", "有限公司", "商贸有限公司", "科技有限公司", "贸易有限公司", "贸易行", "经营部",
    "个体工商户", "商行", "服务部", "科技服务部", "收款码", "商户消费", "扫二维码付款",
    "二维码收款", "付款", "消费", "支付", "收钱码", "向商家付款", "门店收款", "备注", "商户单号",
    "交易", "订单", "先生", "女士", "师傅", "老师", "工作室", "集团", "股份有限公司", "网络科技",
    "信息技术有限公司", "管理有限公司", "发展有限公司",
)  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "秀英", "建国",
)  # fmt: skip


def training_texts() -> list[tuple[str, Category]]:
    """Every text with its scene, in one order."""
    chance = Random(SEED)  # noqa: S311 (no secret: the same texts each time)
    words = categories.lexicon().training
    texts = [
        (text, category)
        for word, category in sorted(words.items())
        for text in sentences(word, category, chance)
    ]
    texts += [(text, Category.ONLINE_SHOPPING) for text in around(PLATFORM_TEXTS, 14, chance)]
    texts += [(text, Category.UNKNOWN) for text in around(SAYS_NOTHING, 22, chance)]
    texts += [(text, Category.UNKNOWN) for text in nobody(chance)]
    return [(categories.normalised(text), category) for text, category in texts]


def sentences(word: str, category: Category, chance: Random) -> Iterator[str]:
    """A word alone, as an item, behind a place and an owner, before what shops are called."""
    yield from (word, word, word)
    yield from (item.format(word) for item in chance.sample(ITEMS, 4))
    yield f"{chance.choice(PLACES)}{word}"
    yield f"{chance.choice(OWNERS)}{word}{chance.choice(SHOP_ENDS)}"
    yield f"{chance.choice(PLACES)}{chance.choice(OWNERS)}{word}"
    yield f"{chance.choice(PLACES)}{chance.choice(OWNERS)}{word}{chance.choice(SHOP_ENDS)}"
    yield f"{word}({chance.choice(PLACES)}店)"
    if category in SOLD_ONLINE:
        yield f"{chance.choice(OWNERS)}{word}{chance.choice(ONLINE_ENDS)}"
        yield f"{word}{chance.choice(ONLINE_ENDS)}"


def around(texts: Sequence[str], times: int, chance: Random) -> Iterator[str]:
    for text in texts:
        yield from (text, text)
        for _ in range(times):
            yield f"{chance.choice(PLACES)}{chance.choice(OWNERS)}{text}"
            yield f"{chance.choice(OWNERS)}{text}"


def nobody(chance: Random) -> Iterator[str]:
    """People, places, owners and numbers: nothing about what was bought."""
    for place in PLACES:
        yield place
        yield from (f"{place}{owner}" for owner in chance.sample(OWNERS, 6))
    yield from (f"{chance.choice(SURNAMES)}{chance.choice(GIVEN)}" for _ in range(160))
    yield from (f"*{given}" for given in GIVEN)
    for _ in range(160):
        letters = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(6))
        yield letters[: chance.randint(2, 6)]
        yield f"{letters[:2]}{chance.randint(100, 9_999_999)}"


def train() -> dict[str, Any]:
    """The artefact as plain values."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 (heavy)
    from sklearn.svm import LinearSVC  # noqa: PLC0415 (heavy)

    texts = training_texts()
    vectors = TfidfVectorizer(analyzer=in_order, binary=True, min_df=FEWEST_TEXTS)
    table = vectors.fit_transform([text for text, _ in texts])
    model = LinearSVC(
        C=1.0,
        dual=False,
        tol=TOLERANCE,
        max_iter=MOST_ROUNDS,
        class_weight="balanced",
        random_state=SEED,
    )
    model.fit(table, [int(category) for _, category in texts])
    return artefact_of(vectors, model)


def artefact_of(vectors: Any, model: Any) -> dict[str, Any]:
    """A fitted vectoriser and classifier as plain values."""
    names = vectors.get_feature_names_out().tolist()
    rows = [
        [*(round(float(weight) * idf * WEIGHTS_SCALE) for weight in weights), square(idf)]
        for weights, idf in zip(model.coef_.T, vectors.idf_.tolist(), strict=True)
    ]
    return artefact(names, rows, model.classes_.tolist(), model.intercept_.tolist())


def in_order(text: str) -> list[str]:
    return sorted(pieces(text))


def square(idf: float) -> int:
    return round(idf * idf * SQUARES_SCALE)


def artefact(
    names: list[str], rows: list[list[int]], scenes: list[int], intercepts: list[float]
) -> dict[str, Any]:
    """The numbers in two bytes each; the version is what they are, not when they were made."""
    numbers = b"".join(
        struct.pack(f"<{len(row)}h", *(max(-MOST, min(MOST, number)) for number in row))
        for row in rows
    )
    content = {
        "kind": f"linear model over pieces of 1 to {LONGEST_PIECE} characters, binary TF-IDF",
        "scenes": [Category(scene).name for scene in scenes],
        "intercepts": [round(each, 6) for each in intercepts],
        "pieces": names,
        "weights": base64.b64encode(numbers).decode(),
    }
    return {"version": version_of(content), **content}


def is_alike(made: Mapping[str, Any], kept: Mapping[str, Any]) -> bool:
    """Whether two trainings say the same: processors add in other orders, so that a number may
    fall on the other side of a rounding."""
    exact = ("kind", "scenes", "pieces")
    if any(made[name] != kept.get(name) for name in exact):
        return False
    intercepts = zip(made["intercepts"], kept["intercepts"], strict=True)
    steps = zip(_steps(made["weights"]), _steps(kept["weights"]), strict=True)
    return all(abs(one - other) <= INTERCEPTS_APART for one, other in intercepts) and all(
        abs(one - other) <= STEPS_APART for one, other in steps
    )


def _steps(weights: str) -> tuple[int, ...]:
    """The weights as the whole numbers that they are, two bytes each."""
    numbers = base64.b64decode(weights)
    return struct.unpack(f"<{len(numbers) // 2}h", numbers)


def version_of(content: Mapping[str, Any]) -> str:
    whole = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(whole).hexdigest()[:12]
