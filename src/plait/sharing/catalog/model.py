"""Datasets a firm offers to share, and how a partner's catalog shows them."""

import msgspec

from plait.kernel.facts import fact
from plait.sharing.policy.model import Policy

__all__ = ["Dataset", "DatasetOffered", "DatasetView", "DatasetWithdrawn", "NewDataset", "Offered", "Published"]


class Dataset(msgspec.Struct, frozen=True):
    """Data on offer: ``id`` is what partners ask for, ``kind`` what it opens (``traceability``, ``aggregates``, ...), ``path`` where it begins here."""

    id: str
    kind: str
    title: str = ""
    path: str = "/api/v1"


class NewDataset(Dataset, frozen=True):
    """A dataset to be offered under ``policy``."""

    policy: Policy = Policy()


class Offered(msgspec.Struct, frozen=True):
    """A dataset with its policy and the id of its offer; another policy makes another offer. ``state`` is offered or withdrawn."""

    dataset: Dataset
    policy: Policy
    offer: str
    state: str


class DatasetView(msgspec.Struct, frozen=True):
    """A dataset as people see it; ``terms`` says what the policy demands and how far that is enforced."""

    id: str
    kind: str
    title: str
    path: str
    policy: Policy
    terms: list[str]
    offer: str
    state: str


class Published(msgspec.Struct, frozen=True):
    """A dataset in a partner's catalog; ``terms`` as this node understands them."""

    id: str
    title: str
    offer: str
    policy: Policy
    unknown: tuple[str, ...] = ()


@fact("sharing.dataset_offered")
class DatasetOffered(msgspec.Struct, frozen=True):
    """The firm offers a dataset, or offers it under another policy."""

    id: str
    kind: str
    policy: Policy
    offer: str


@fact("sharing.dataset_withdrawn")
class DatasetWithdrawn(msgspec.Struct, frozen=True):
    """The firm makes no new agreements on a dataset; those in force stay."""

    id: str
