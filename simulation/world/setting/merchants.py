"""Shops that nobody runs: names by scene, on line and over the counter, popular as Zipf says.

Places and owners are invented; no brand is named. A name tells its scene more or less clearly,
as real ones do: one in eight keeps silent about it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.words import Scene

ZIPF = 1.1
PLACES = (
    "云溪", "望川", "青榆", "白鹭里", "松坞", "晴岚", "南桥巷", "柳浦", "石磨街", "枫桥外",
    "梧桐口", "半山", "东篱", "竹隐", "星沙渡", "杏花弄", "清河湾", "槐荫", "长汀里", "麦田街",
)  # fmt: skip
OWNERS = (
    "老梁",
    "小满",
    "阿福",
    "三禾",
    "一木",
    "大宝",
    "阿珍",
    "知味",
    "和记",
    "喜乐",
    "明日",
    "拾光",
)
SILENT = ("商贸有限公司", "百川经营部", "个体工商户", "科技服务部", "贸易行")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """What a scene is made of."""

    price_fen: int
    spread: float
    monthly: float
    online: float
    counters: Words
    shops: Words
    goods: Words


TRADES = {
    Scene.GROCERIES: Trade(
        2_050, 1.52, 16.0, 0.22,
        ("生鲜超市", "便利店", "菜市场", "水果店", "粮油店", "社区超市", "副食品店"),
        ("生鲜旗舰店", "食品旗舰店", "粮油专营店"),
        ("蔬菜水果", "牛奶鸡蛋", "日用百货", "大米食用油", "零食饮料", "纸巾洗衣液", "猪肉排骨"),
    ),
    Scene.DINING: Trade(
        1_650, 1.18, 34.0, 0.34,
        ("牛肉面馆", "饺子馆", "奶茶铺", "咖啡馆", "火锅店", "烧烤摊", "早餐店", "快餐厅"),
        ("外卖餐厅", "炸鸡汉堡外卖", "盖码饭"),
        ("午餐套餐", "奶茶两杯", "拿铁咖啡", "牛肉面", "双人火锅", "早点豆浆", "外卖订单"),
    ),
    Scene.TRANSPORT: Trade(
        750, 1.95, 13.0, 0.30,
        ("地铁", "公交集团", "停车场", "加油站", "出租车"),
        ("打车出行", "共享单车", "顺风车"),
        ("乘车费", "地铁乘车", "打车行程", "停车费", "加油92号", "骑行费"),
    ),
    Scene.TRAVEL: Trade(
        32_000, 0.7, 0.45, 0.85,
        ("酒店", "旅行社", "景区售票处", "客运站"),
        ("酒店预订", "机票火车票代订", "旅游专营店"),
        ("高铁车票", "酒店住宿一晚", "景点门票", "机票订单"),
    ),
    Scene.ONLINE_SHOPPING: Trade(
        5_200, 1.15, 4.6, 0.97,
        ("百货商场", "杂货铺"),
        ("优选商城", "百货专营店", "好物集市", "拼购商城", "网店"),
        ("订单合并支付", "家用杂货", "拼单商品", "收纳用品", "商城订单"),
    ),
    Scene.APPAREL_BEAUTY: Trade(
        13_500, 0.75, 2.3, 0.72,
        ("服饰店", "鞋店", "美发沙龙", "美甲店", "化妆品店"),
        ("服饰旗舰店", "美妆旗舰店", "女装专营店", "运动鞋服旗舰店"),
        ("针织衫", "连衣裙", "运动鞋", "面霜精华", "剪发", "口红", "羽绒服"),
    ),
    Scene.ELECTRONICS_HOME: Trade(
        24_000, 0.95, 0.9, 0.80,
        ("手机维修店", "家电城", "五金店", "家具城"),
        ("数码旗舰店", "家电专营店", "家居旗舰店"),
        ("手机壳充电器", "蓝牙耳机", "电饭煲", "台灯", "床上四件套", "路由器"),
    ),
    Scene.EDUCATION: Trade(
        19_000, 0.95, 0.95, 0.55,
        ("书店", "培训中心", "驾校", "文具店", "幼儿园"),
        ("网课学堂", "图书专营店", "考试教育"),
        ("考试报名费", "教材图书", "英语网课", "学费", "文具", "培训课程"),
    ),
    Scene.MEDICAL: Trade(
        12_000, 1.05, 1.0, 0.25,
        ("大药房", "口腔诊所", "社区医院", "门诊部", "眼科"),
        ("医药旗舰店", "大药房专营店"),
        ("感冒药", "门诊挂号费", "洗牙", "体检套餐", "药品"),
    ),
    Scene.UTILITIES_TELECOM: Trade(
        6_800, 0.55, 2.6, 0.92,
        ("供电营业厅", "自来水公司", "燃气公司"),
        ("话费充值", "电费缴纳", "宽带营业厅", "燃气缴费"),
        ("手机话费充值", "电费", "水费", "燃气费", "宽带续费"),
    ),
    Scene.HOUSING: Trade(
        22_000, 0.5, 0.35, 0.40,
        ("物业服务中心", "房屋租赁", "装修队"),
        ("公寓租住", "物业缴费"),
        ("物业费", "保洁", "维修费", "取暖费"),
    ),
    Scene.ENTERTAINMENT: Trade(
        5_200, 1.05, 2.6, 0.60,
        ("影城", "KTV", "健身房", "网咖", "台球俱乐部", "剧本杀馆"),
        ("游戏充值", "影票预订", "演出票务"),
        ("电影票两张", "游戏点券", "健身月卡", "包厢欢唱", "演出门票"),
    ),
    Scene.INSURANCE_FINANCE: Trade(
        21_000, 0.6, 0.40, 0.95,
        ("保险营业部", "财产保险网点"),
        ("人寿保险", "车险服务", "医疗险投保"),
        ("意外险保费", "车险保费", "重疾险月缴", "保费"),
    ),
    Scene.TRANSFER_SOCIAL: Trade(
        12_000, 0.9, 0.25, 0.2,
        ("随份子", "份子钱"), ("群收款",), ("礼金", "聚餐AA"),
    ),
    Scene.LOGISTICS_SERVICE: Trade(
        1_300, 0.5, 1.5, 0.55,
        ("快递驿站", "搬家公司", "干洗店", "洗衣店"),
        ("快递寄件", "同城配送", "家政到家"),
        ("快递费", "寄件运费", "洗衣", "家政保洁两小时"),
    ),
    Scene.GOVERNMENT_TAX: Trade(
        9_000, 0.8, 0.15, 0.7,
        ("政务服务中心", "车辆管理所", "税务所"),
        ("公共服务缴费", "税务缴款", "交通违法缴款"),
        ("证照工本费", "个人所得税", "罚款缴纳", "签注费"),
    ),
}  # fmt: skip
SCENES = tuple(TRADES)
# What renews itself every month until somebody ends it: name, item, price in fen, scene.
SERVICES = (
    ("云帆视频会员（虚构）", "连续包月会员", 2_500, Scene.ENTERTAINMENT),
    ("听涛音乐会员（虚构）", "连续包月会员", 1_500, Scene.ENTERTAINMENT),
    ("阅山读书会员（虚构）", "自动续费月卡", 1_900, Scene.ENTERTAINMENT),
    ("云朵网盘（虚构）", "超级会员连续包月", 3_000, Scene.ENTERTAINMENT),
    ("远山移动套餐（虚构）", "月租自动扣费", 5_900, Scene.UTILITIES_TELECOM),
    ("青松健身（虚构）", "月卡自动续费", 19_900, Scene.ENTERTAINMENT),
    ("晓学背单词（虚构）", "自动续费会员", 2_800, Scene.EDUCATION),
    ("快达出行月卡（虚构）", "月卡自动扣费", 990, Scene.TRANSPORT),
)
HERE, ONLINE = 0, 1
EACH = 60


@dataclass(frozen=True, eq=False)
class Merchants:
    """All merchants; those of a scene and place stand together, the most popular first."""

    names: tuple[str, ...]
    scene: npt.NDArray[np.int64]
    is_online: npt.NDArray[np.bool_]
    starts: dict[tuple[int, int], int]
    first_service: int


def open_shops(chance: np.random.Generator) -> Merchants:
    """The same for every seed of people, as cities are; `chance` is the world's own."""
    names: list[str] = []
    scenes: list[int] = []
    online: list[bool] = []
    starts: dict[tuple[int, int], int] = {}
    for scene in SCENES:
        for place in (HERE, ONLINE):
            starts[int(scene), place] = len(names)
            for number in range(EACH):
                names.append(name_of(chance, scene, place, number))
                scenes.append(int(scene))
                online.append(place == ONLINE)
    first_service = len(names)
    for name, _, _, scene in SERVICES:
        names.append(name)
        scenes.append(int(scene))
        online.append(True)
    return Merchants(tuple(names), np.array(scenes), np.array(online), starts, first_service)


def name_of(chance: np.random.Generator, scene: Scene, place: int, number: int) -> str:
    trade = TRADES[scene]
    kinds = trade.shops if place == ONLINE else trade.counters
    where = PLACES[int(chance.integers(len(PLACES)))]
    who = OWNERS[int(chance.integers(len(OWNERS)))]
    if number >= len(kinds) and chance.random() < 0.125:
        return f"{where}{who}{SILENT[number % len(SILENT)]}"
    return f"{where}{who}{kinds[number % len(kinds)]}"


def popularity() -> npt.NDArray[np.float64]:
    """The cumulative weights of a scene's merchants."""
    weights = 1.0 / np.arange(1, EACH + 1) ** ZIPF
    return np.asarray(np.cumsum(weights) / weights.sum())
