"""The XPath of an element, with the prefixes that UBL uses."""

from typing import Any

from plait.manufacturing.trade.ubl_common import CAC, CBC

__all__ = ["Paths"]

PREFIXES = {CAC: "cac:", CBC: "cbc:"}


class Paths:
    """The paths of one document's elements; remembers which child of its parent each is, so that long documents stay quick."""

    def __init__(self) -> None:
        self._steps: dict[Any, dict[Any, str]] = {}

    def of(self, element: Any) -> str:
        """Return where ``element`` stands: ``/Order/cac:OrderLine[2]/cac:LineItem/cbc:Quantity``; a number only where several bear the name."""
        steps: list[str] = []
        while element is not None:
            parent = element.getparent()
            steps.append(self._step(parent, element) if parent is not None else _name(element))
            element = parent
        return "/" + "/".join(reversed(steps))

    def _step(self, parent: Any, element: Any) -> str:
        if parent not in self._steps:
            alike: dict[str, list[Any]] = {}
            for child in parent:
                alike.setdefault(_name(child), []).append(child)
            self._steps[parent] = {
                child: f"{name}[{index}]" if len(several) > 1 else name for name, several in alike.items() for index, child in enumerate(several, 1)
            }
        return self._steps[parent][element]


def _name(element: Any) -> str:
    namespace, _, name = element.tag[1:].rpartition("}") if element.tag.startswith("{") else ("", "", element.tag)
    return f"{PREFIXES.get(namespace, '')}{name}"
