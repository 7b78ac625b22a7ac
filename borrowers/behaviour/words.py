"""Categories, sources and reasons as people read them. Pure; the doors translate."""

from collections.abc import Mapping

from borrowers.behaviour.contracts import Category, Source
from common.texts import gettext_noop

CATEGORIES: Mapping[int, str] = {
    Category.UNKNOWN: gettext_noop("Other"),
    Category.GROCERIES: gettext_noop("Groceries"),
    Category.DINING: gettext_noop("Eating out"),
    Category.TRANSPORT: gettext_noop("Getting around"),
    Category.TRAVEL: gettext_noop("Travel"),
    Category.ONLINE_SHOPPING: gettext_noop("Online shopping"),
    Category.APPAREL_BEAUTY: gettext_noop("Clothes and beauty"),
    Category.ELECTRONICS_HOME: gettext_noop("Electronics and home"),
    Category.EDUCATION: gettext_noop("Education"),
    Category.MEDICAL: gettext_noop("Health"),
    Category.UTILITIES_TELECOM: gettext_noop("Bills and phone"),
    Category.HOUSING: gettext_noop("Housing"),
    Category.ENTERTAINMENT: gettext_noop("Entertainment"),
    Category.INSURANCE_FINANCE: gettext_noop("Insurance and finance"),
    Category.TRANSFER_SOCIAL: gettext_noop("Transfers to people"),
    Category.LOGISTICS_SERVICE: gettext_noop("Delivery and services"),
    Category.GOVERNMENT_TAX: gettext_noop("Government and tax"),
    Category.INCOME_SALARY: gettext_noop("Salary"),
    Category.INCOME_OTHER: gettext_noop("Other income"),
    Category.REFUND: gettext_noop("Refunds"),
    Category.CREDIT_REPAYMENT: gettext_noop("Repaying credit"),
    Category.CREDIT_DRAWDOWN: gettext_noop("Borrowed money"),
    Category.INVESTMENT: gettext_noop("Saving and investing"),
    Category.CASH: gettext_noop("Cash"),
    Category.GAMBLING_RISK: gettext_noop("Games of chance"),
}
SOURCES: Mapping[int, str] = {
    Source.WECHAT: gettext_noop("WeChat Pay"),
    Source.ALIPAY: gettext_noop("Alipay"),
    Source.OWN_LOANS: gettext_noop("Your loans here"),
}
