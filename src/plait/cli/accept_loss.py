"""``plait accept-loss``: go on with what is left when the fact log has lost facts and there is no backup."""

from pathlib import Path

__all__ = ["accept_loss"]


def accept_loss(*, data: Path = Path("plait-data"), yes: bool = False) -> None:
    """Go on with what is left of a stopped node's facts and events, and say so in the log.

    Number series are lifted, so that no number is handed out twice. Restoring a backup is better where there is one.

    Parameters
    ----------
    data
        The node's data folder; the node is stopped.
    yes
        Do it; without it only what is lost is said.
    """
    from functools import partial

    import anyio

    from plait.kernel.settings import load
    from plait.upkeep.loss import missing

    lost = anyio.run(partial(missing, data, load(data), go_on=yes))
    if lost.nothing:
        print("Nothing is missing.")
        return
    if lost.facts is not None:
        print(f"Facts {lost.facts.left + 1} to {lost.facts.noted} were on disk and are gone; the log goes on behind fact {lost.facts.left}.")
    if lost.events:
        print(f"{lost.events} events that the log tells of are gone.")
    print(
        "It is said in the log; the node can be started." if yes else "Nothing was changed. Restore a backup with `plait restore`, or repeat this with --yes."
    )
