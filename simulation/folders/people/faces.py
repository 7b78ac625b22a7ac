"""Names, numbers and cards of people who do not exist; each of them says so."""

import hashlib
from datetime import date

from simulation.bills.banks import Account
from simulation.world import World

SURNAMES = "林韦陈梅赵苏叶顾沈陆秦罗唐白方石"
GIVEN = (
    "一诺",
    "小舟",
    "安",
    "知夏",
    "青禾",
    "望舒",
    "景行",
    "南星",
    "以宁",
    "若水",
    "明川",
    "子衿",
)
# The given names of people beyond this world: none of its own people has one of them.
GIVEN_BEYOND = (
    "听雨",
    "怀瑾",
    "书禾",
    "星野",
    "亦舒",
    "鹿鸣",
    "云起",
    "清和",
    "如故",
    "未央",
    "思齐",
    "遥",
)
IN_WORDS = str.maketrans("0123456789", "〇一二三四五六七八九")
EMPLOYERS = (
    "望川科技有限公司（虚构）", "云溪食品有限公司（虚构）", "青榆物流有限公司（虚构）",
    "松坞医疗器械厂（虚构）", "晴岚软件有限公司（虚构）", "柳浦建筑工程公司（虚构）",
    "南桥连锁超市（虚构）", "竹隐文化传播公司（虚构）", "清河制造有限公司（虚构）",
)  # fmt: skip
PLATFORM_OF_WORK = "飞燕跑腿平台（虚构）"
LENDER = "示例消费金融有限公司（虚构）"
# Bank: the code of its statements, and how wallets call its cards.
BANKS = {
    "ICBC": "工商银行",
    "CCB": "建设银行",
    "ABC": "农业银行",
    "BOC": "中国银行",
    "BOCOM": "交通银行",
    "CMB": "招商银行",
    "CITIC": "中信银行",
    "SPDB": "浦发银行",
    "CGB": "广发银行",
    "OTHER": "示例商业银行",
}


def code(person: int) -> str:
    """The name of a person's folder."""
    return f"p{person + 1:05d}"


def name(person: int) -> str:
    """Beyond this world's own people live others, whose numbers are negative."""
    place = abs(person)
    all_given = GIVEN if person >= 0 else GIVEN_BEYOND
    given = all_given[place // len(SURNAMES) % len(all_given)]
    number = place // (len(SURNAMES) * len(all_given))
    # An identity card's name has no figures: whoever comes round again is told apart in words.
    round_ = f"{number or ''}".translate(IN_WORDS)
    return f"{SURNAMES[place % len(SURNAMES)]}{given}{round_}（虚构）"


def born_on(world: World, person: int) -> date:
    """On the world's last day they are as old as the world says, and not a year younger."""
    last = world.days.dates[-1]
    month, day = 1 + person % 12, 9
    is_ahead = (month, day) > (last.month, last.day)
    return date(last.year - int(world.people.age[person]) - is_ahead, month, day)


def employer(person: int) -> str:
    return EMPLOYERS[person * 7 % len(EMPLOYERS)]


def landlord(person: int) -> str:
    return f"房东{SURNAMES[person * 5 % len(SURNAMES)]}姐（虚构）"


def phone(person: int) -> str:
    """A block of numbers that nobody has."""
    return f"1390000{person % 10_000:04d}"


def card(world: World, person: int, kind: int, *, is_credit: bool = False) -> Account:
    """A card whose number begins as no bank's does."""
    digits = int(hash_of(world, person, f"card{kind}"), 16) % 10**8
    number = f"99{kind:02d}{person % 10**4:04d}{digits:08d}"
    return Account(holder=name(person), number=number, is_credit=is_credit)


def hash_of(world: World, place: int, what: str) -> str:
    """What a platform would see of a device or a network: never the thing itself."""
    words = f"simulation:{world.seed}:{what}:{place}"
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def password(world: World, person: int) -> str:
    """Six digits, as wallets send them."""
    return f"{int(hash_of(world, person, 'password'), 16) % 10**6:06d}"
