"""The protocol library's names. Its structures are made at run time, so a type checker can know them only as Any."""

import logging
from importlib import import_module
from typing import Any

from asyncua.client.client import Client
from asyncua.common.subscription import Subscription

__all__ = ["Client", "Subscription", "UaError", "UaStatusCodeError", "ua"]

ua: Any = import_module("asyncua.ua")
UaError: type[Exception] = ua.UaError
UaStatusCodeError: type[Exception] = ua.UaStatusCodeError

# A lost link is logged by the keeper in one line; the library would add a traceback for each request that was under way.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)
