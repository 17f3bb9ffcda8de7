"""``plait accept-loss``: go on with what is left when the fact log has lost facts and there is no backup."""

from pathlib import Path

__all__ = ["accept_loss"]


def accept_loss(*, data: Path = Path("plait-data"), yes: bool = False) -> None:
    """Open the stopped node's fact log although its last facts are gone, and say so in the log.

    Number series are lifted, so that no number is handed out twice. Restoring a backup is better where there is one.

    Parameters
    ----------
    data
        The node's data folder; the node is stopped.
    yes
        Do it; without it only what is lost is said.
    """
    import anyio

    from plait.kernel.settings import load
    from plait.upkeep.loss import accept, missing

    lost = missing(data, load(data))
    if lost is None:
        print("Nothing is missing.")
        return
    print(f"Facts {lost.left + 1} to {lost.noted} were on disk and are gone; the log would go on behind fact {lost.left}.")
    if not yes:
        print("Nothing was changed. Restore a backup with `plait restore`, or repeat this with --yes.")
        return
    anyio.run(accept, data, load(data))
    print("The log goes on; number series were lifted.")
