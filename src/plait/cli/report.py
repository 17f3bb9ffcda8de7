"""What a node says in the terminal: address, who can log in, where the data lies, and nothing else."""

from pathlib import Path

from rich.console import Console

__all__ = ["greet"]


def greet(name: str, url: str, data: Path, token: Path) -> None:
    """Print the four lines of a node that is ready."""
    console = Console(highlight=False)
    console.print(f"[bold]{name or 'Your node'}[/bold] is up")
    console.print(f"  address  {url}")
    console.print(f"  log in   administrator's token in {token}")
    console.print(f"  data     {data.resolve()}")
