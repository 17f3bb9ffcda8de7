"""What can be said of the fact log of a node that is not running, without changing its folder."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from plait.kernel.problems import Problem
from plait.kernel.settings import Settings
from plait.store.anchor import Anchor
from plait.store.log import check_chain, lost_since, read_head, read_links
from plait.upkeep.health.folder import look_at
from plait.upkeep.health.model import Check
from plait.web.serve import listen

__all__ = ["chain", "port"]

RESTORE = "Keep this folder for examination and restore the last backup with `plait restore`."


def port(settings: Settings) -> Check:
    """Say whether the address the node is to answer on is free."""
    http = settings.http
    try:
        listen(http.host, http.port).close()
    except Problem as problem:
        return Check("port", "bad", f"The node cannot answer on its address: {problem.detail}.", "End what holds it, or set http.port in plait.toml.")
    return Check("port", "ok", f"{http.host}:{http.port} is free.", "", {"port": http.port})


def chain(folder: Path, *, full: bool) -> Check:
    """Compare the end of the log with what was noted outside of it; with ``full`` walk every fact."""
    file = folder / "plait.db"
    engine = create_engine("sqlite://", creator=lambda: look_at(file), poolclass=NullPool)
    try:
        with closing(engine.connect()) as conn:
            noted = Anchor(file.with_name(f"{file.name}.head")).read()
            if noted is not None and (fault := lost_since(conn, *noted)):
                return Check("chain", "bad", f"The log has lost facts: {fault}", RESTORE)
            if not full:
                head = read_head(conn)[0]
                return Check("chain", "ok", f"The log ends at fact {head}, as was noted outside of it.", "", {"facts": head})
            walked = check_chain(lambda after: read_links(conn, after))
    except (sqlite3.Error, OSError, Problem) as error:
        return Check("chain", "bad", f"The log cannot be read: {error}.", RESTORE)
    finally:
        engine.dispose()
    if walked.ok:
        return Check("chain", "ok", f"All {walked.facts} facts were walked and the chain is whole.", "", {"facts": walked.facts})
    return Check("chain", "bad", f"The chain breaks at fact {walked.broken_at}: {walked.reason}.", RESTORE, {"facts": walked.facts})
