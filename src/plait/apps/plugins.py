"""The table of apps: built-in ones and those a stranger has installed (entry points ``plait.apps``)."""

from plait.apps.model import NO_APP, AppPlugin
from plait.kernel.plugins import PluginTable

__all__ = ["APPS"]

APPS = PluginTable("plait.apps", AppPlugin, {"oee": "plait.apps.oee"}, NO_APP, "app")
