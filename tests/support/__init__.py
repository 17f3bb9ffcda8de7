"""What tests of several rooms share."""

from plait.kernel.os import free_port
from tests.support.require import require
from tests.support.stores import START, clock, make_store

__all__ = ["START", "clock", "free_port", "make_store", "require"]
