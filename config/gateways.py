"""Payment gateways as the environment gives them: none, unless every key of one is there."""

from collections.abc import Collection, Mapping

from config import env
from config.env import SettingIsWrong

SANDBOX, WECHAT_PAY, ALIPAY = "SANDBOX", "WECHAT_PAY", "ALIPAY"
EVERY_PRODUCT = "*"
APIV3_KEY_BYTES = 32

Keys = Mapping[str, str]


def given() -> dict[str, Keys]:
    """The keys of each gateway that is switched on. Raises SettingIsWrong for half a set."""
    found = {WECHAT_PAY: _wechat_pay(), ALIPAY: _alipay()}
    return {channel: keys for channel, keys in found.items() if keys}


def collect_through(gateways: Collection[str]) -> dict[str, str]:
    """By product, through whom borrowers pay with their own hands: `*=ALIPAY,STUDY=WECHAT_PAY`.

    Raises SettingIsWrong for a gateway that is not switched on.
    """
    chosen = {}
    for word in env.words("COLLECT_THROUGH"):
        product, _, channel = word.rpartition("=")
        chosen[product or EVERY_PRODUCT] = _known("COLLECT_THROUGH", channel, gateways)
    return chosen


def pay_out_through(gateways: Collection[str]) -> str:
    """Through whom loans are paid out. Raises SettingIsWrong for a gateway that is not on."""
    return _known("PAY_OUT_THROUGH", env.text("PAY_OUT_THROUGH", SANDBOX), gateways)


def _wechat_pay() -> Keys:
    keys = {
        "mchid": env.text("WECHAT_PAY_MCHID", ""),
        "appid": env.text("WECHAT_PAY_APPID", ""),
        "certificate_serial": env.text("WECHAT_PAY_CERTIFICATE_SERIAL", ""),
        "private_key": env.text("WECHAT_PAY_PRIVATE_KEY", ""),
        "apiv3_key": env.text("WECHAT_PAY_API_KEY", ""),
        "public_key_id": env.text("WECHAT_PAY_PUBLIC_KEY_ID", ""),
        "public_key": env.text("WECHAT_PAY_PUBLIC_KEY", ""),
    }
    if not _is_whole("WECHAT_PAY", keys):
        return {}
    if len(keys["apiv3_key"].encode()) != APIV3_KEY_BYTES:
        raise SettingIsWrong(f"WECHAT_PAY_API_KEY has {APIV3_KEY_BYTES} bytes")
    return {
        **keys,
        "transfer_scene": env.text("WECHAT_PAY_TRANSFER_SCENE", ""),
        "base_url": env.text("WECHAT_PAY_URL", "https://api.mch.weixin.qq.com"),
    }


def _alipay() -> Keys:
    keys = {
        "app_id": env.text("ALIPAY_APP_ID", ""),
        "seller_id": env.text("ALIPAY_SELLER_ID", ""),
        "private_key": env.text("ALIPAY_PRIVATE_KEY", ""),
        "app_certificate": env.text("ALIPAY_APP_CERTIFICATE", ""),
        "alipay_certificate": env.text("ALIPAY_CERTIFICATE", ""),
        "root_certificate": env.text("ALIPAY_ROOT_CERTIFICATE", ""),
    }
    if not _is_whole("ALIPAY", keys):
        return {}
    return {**keys, "base_url": env.text("ALIPAY_URL", "https://openapi.alipay.com/gateway.do")}


def _is_whole(gateway: str, keys: Keys) -> bool:
    missing = sorted(name for name, value in keys.items() if not value)
    if missing and len(missing) < len(keys):
        raise SettingIsWrong(f"{gateway} is half given: {', '.join(missing)} is missing")
    return not missing


def _known(name: str, channel: str, gateways: Collection[str]) -> str:
    if channel != SANDBOX and channel not in gateways:
        raise SettingIsWrong(f"{name} names {channel!r}, whose keys are not given")
    return channel
