"""The protocol library's names. Its structures are made at run time, so a type checker can know them only as Any."""

from importlib import import_module
from typing import Any

__all__ = ["Server", "load_custom_struct", "ua"]

ua: Any = import_module("asyncua.ua")
Server: Any = import_module("asyncua").Server
load_custom_struct: Any = import_module("asyncua.common.structures104").load_custom_struct
