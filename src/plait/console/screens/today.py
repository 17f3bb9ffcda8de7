"""Today: what needs me now."""

from plait.console.page import Page
from plait.console.screen import Screen

__all__ = ["SCREENS"]


async def _build(page: Page) -> None:
    page.head(page.t("Today"), page.t("What needs me now?"))


SCREENS = (Screen("/", "Today", _build, group="now", icon="today", key="t", howto="today"),)
