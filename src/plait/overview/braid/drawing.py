"""The picture of a braid as SVG (pure: nothing is read or written)."""

from typing import Literal

from plait.kernel.texts import Texts
from plait.overview.braid.model import Braid, SmallBraid

__all__ = ["draw", "draw_small", "logo"]


def draw(braid: Braid, width: int, height: int, texts: Texts, theme: Literal["css", "light", "dark"] = "css") -> str:
    """Return the whole picture, ``width`` by ``height`` pixels; below 560 wide time runs from top to bottom. Colours by the page's CSS unless themed."""
    raise NotImplementedError


def draw_small(braid: Braid | SmallBraid, width: int = 160, height: int = 28) -> str:
    """Return the same picture small and without labels, for a row of a list."""
    raise NotImplementedError


def logo(size: int = 96) -> str:
    """Return plait's mark: three strands that weave."""
    raise NotImplementedError
