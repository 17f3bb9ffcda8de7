"""What a node says in the terminal: address, who can log in, where the data lies, and nothing else."""

from pathlib import Path

from rich.console import Console

__all__ = ["greet"]


def greet(name: str, url: str, data: Path, link: str) -> None:
    """Print the four lines of a node that is ready; ``link`` signs in once (empty: there is none, and the token is named)."""
    console = Console(highlight=False)
    console.print(f"[bold]{name or 'Your node'}[/bold] is up")
    console.print(f"  address  {url}")
    console.print(f"  log in   {link}" if link else f"  log in   administrator's token in {data / 'admin.token'}", soft_wrap=True)
    console.print(f"  data     {data.resolve()}")
