"""Which gateways there are. A vendor's kit is imported when its gateway is opened, not before."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from lending.channels.contracts import Gateway
from lending.channels.models import ChannelCode

# Each channel's module, its class, and the class of its keys.
SHELF: Mapping[str, tuple[str, str, str]] = {
    ChannelCode.WECHAT_PAY: ("wechat", "WeChatPayGateway", "WeChatPayKeys"),
    ChannelCode.ALIPAY: ("alipay", "AlipayGateway", "AlipayKeys"),
}


def opened(channel: str, keys: Mapping[str, str]) -> Gateway:
    """A gateway with the keys that settings name. Make one in each process."""
    name, gateway, its_keys = SHELF[channel]
    module: Any = import_module(f"lending.channels.gateways.{name}")
    found: Gateway = getattr(module, gateway)(getattr(module, its_keys)(**keys))
    return found
