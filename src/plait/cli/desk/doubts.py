"""What a person should look at in rows that have gone in all the same."""

from pathlib import Path

__all__ = ["show_doubts"]

PATIENCE_S = 300.0


def show_doubts(data: Path, item: str) -> None:
    """Print the warnings of an item, cell by cell."""
    from plait.cli.desk.shown import say, show_issues
    from plait.cli.http import call

    seen = call(data, "GET", f"/api/v1/desk/inbox/{item}/preview?first=1", patience_s=PATIENCE_S)
    rows = [
        {"row": row["row"], "issues": [issue for issue in row.get("issues", ()) if issue["level"] == "warning"]}
        for table in seen["tables"]
        for row in table["rows"]
    ]
    others = [issue for issue in seen["issues"] if issue["level"] == "warning"]
    if others or any(row["issues"] for row in rows):
        say("Look at these; they went in as they were read (plait desk undo takes all of it back):")
        show_issues(rows, others)
