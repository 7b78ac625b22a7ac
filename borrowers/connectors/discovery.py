"""Finding the connectors: one file in one of these folders is a source; nothing else lists it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from borrowers.connectors.contracts import Connector

# Asked in this order: wallets before the banks that pay for them.
FOLDERS = ("wallets", "shops", "records", "banks", "interchange")


def connectors() -> dict[str, Connector]:
    """Every connector by kind, in the order in which they are asked.

    A module's connectors are its constants of that shape; `IS_ASKED_LAST` puts a module behind all
    others. Raises ValueError where two connectors have one kind.
    """
    found: dict[str, Connector] = {}
    for module in sorted(modules(), key=lambda each: getattr(each, "IS_ASKED_LAST", False)):
        for connector in declared_in(module):
            if found.setdefault(connector.kind, connector) is not connector:
                raise ValueError(f"two connectors are called {connector.kind}")
    return found


def modules() -> Iterator[ModuleType]:
    for folder in FOLDERS:
        package = import_module(f"borrowers.connectors.{folder}")
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
            yield import_module(f"{package.__name__}.{found.name}")


def declared_in(module: ModuleType) -> Iterator[Connector]:
    for name, value in vars(module).items():
        if name.isupper() and is_connector(value):
            yield value


def is_connector(value: object) -> bool:
    """Whether it has the whole shape; a class of connectors is none."""
    shape = ("kind", "version", "source", "purpose", "reads", "recognises", "read")
    return not isinstance(value, type) and all(hasattr(value, name) for name in shape)
