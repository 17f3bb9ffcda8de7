"""The economic systemic risk index: what share of output is lost if a firm stops.

Diem, Borsos, Reisch, Kertesz, Thurner: Quantifying firm-level economic systemic risk from nation-wide supply networks,
Scientific Reports 12, 7719 (2022). The upstream step is the loss form. Dense evaluation, for up to a few thousand links.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["EPS", "Index", "Network", "Node", "index"]

EPS = 1e-2
DOWN = 1e-10


@dataclass(frozen=True)
class Node:
    """A firm of the network: ``sector`` (also its market), whether it makes ``goods``, ``revenue``; ``purchases`` if more than its links show."""

    id: str
    sector: str
    goods: bool
    revenue: float
    purchases: float = 0.0


@dataclass(frozen=True)
class Index:
    """The index and its two sides (shares of all revenue, 0 to 1), and how many steps the cascade took."""

    esri: float
    down: float
    up: float
    steps: int


@dataclass(frozen=True)
class _Buyer:
    """Inputs of one firm: by essential sector and in common, each (supplier, fraction of the input); and its customers' shares."""

    essential: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    common: list[tuple[int, float]] = field(default_factory=list)
    customers: list[tuple[int, float]] = field(default_factory=list)


class Network:
    """Firms and yearly sales (supplier, buyer): amount, with every coefficient fixed before a shock."""

    def __init__(self, nodes: Sequence[Node], sales: Mapping[tuple[str, str], float], *, replaceable: bool = True) -> None:
        self.nodes = nodes
        self.replaceable = replaceable
        place = {node.id: number for number, node in enumerate(nodes)}
        links = [(place[supplier], place[buyer], amount) for (supplier, buyer), amount in sales.items() if supplier != buyer and amount > 0]
        self.buyers = [_Buyer() for _ in nodes]
        spent = [0.0] * len(nodes)
        by_sector: defaultdict[tuple[int, str], float] = defaultdict(float)
        for supplier, buyer, amount in links:
            spent[buyer] += amount
            by_sector[buyer, nodes[supplier].sector] += amount
        for supplier, buyer, amount in links:
            sector = nodes[supplier].sector
            if nodes[supplier].goods and nodes[buyer].goods:
                self.buyers[buyer].essential[sector].append((supplier, amount / by_sector[buyer, sector]))
            else:
                self.buyers[buyer].common.append((supplier, amount / max(spent[buyer], nodes[buyer].purchases)))
            if nodes[supplier].revenue > 0:
                self.buyers[supplier].customers.append((buyer, amount / nodes[supplier].revenue))

    def losses(self, psi: Sequence[float], eps: float = EPS) -> tuple[list[float], list[float], int]:
        """Return what is left of each firm downstream and upstream (0 to 1), and the steps, when ``psi`` is left of each at first."""
        down, up = list(psi), list(psi)
        steps = 0
        while True:
            steps += 1
            sigma = self._sigma(down)
            new_down = [self._down(number, psi[number], down, sigma) for number in range(len(psi))]
            new_up = [
                max(0.0, min(psi[number], 1 - sum(part * (1 - up[other]) for other, part in buyer.customers))) for number, buyer in enumerate(self.buyers)
            ]
            fall = max((old - new for old, new in zip([*down, *up], [*new_down, *new_up], strict=True)), default=0.0)
            down, up = new_down, new_up
            if fall <= eps:
                return down, up, steps

    def _sigma(self, down: Sequence[float]) -> list[float]:
        """Return how far each firm's output cannot be replaced by what is left of its market."""
        if not self.replaceable:
            return [1.0] * len(self.nodes)
        left: defaultdict[str, float] = defaultdict(float)
        for node, level in zip(self.nodes, down, strict=True):
            left[node.sector] += node.revenue * level
        return [min(1.0, node.revenue / left[node.sector]) if left[node.sector] > DOWN else 1.0 for node in self.nodes]

    def _down(self, number: int, psi: float, down: Sequence[float], sigma: Sequence[float]) -> float:
        def lost(inputs: Sequence[tuple[int, float]]) -> float:
            return sum(sigma[supplier] * part * (1 - down[supplier]) for supplier, part in inputs)

        buyer = self.buyers[number]
        worst = max((lost(inputs) for inputs in buyer.essential.values()), default=0.0)
        return max(0.0, min(psi, 1 - worst, 1 - lost(buyer.common)))


def index(network: Network, psi: Sequence[float], eps: float = EPS) -> Index:
    """Return the index of the shock ``psi`` weighted by revenue; all zero where there is no revenue."""
    down, up, steps = network.losses(psi, eps)
    revenue = [node.revenue for node in network.nodes]
    total = sum(revenue)
    if total <= 0:
        return Index(0.0, 0.0, 0.0, steps)

    def lost(levels: Sequence[float]) -> float:
        return sum(weight * (1 - level) for weight, level in zip(revenue, levels, strict=True)) / total

    return Index(lost([min(pair) for pair in zip(down, up, strict=True)]), lost(down), lost(up), steps)
