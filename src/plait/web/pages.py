"""Pages for people: Jinja2 with everything escaped, no script or style inside the page."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from plait.web.reply import Reply

__all__ = ["CSP", "environment", "page"]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@cache
def environment(package: str = "plait.public") -> Environment:
    """Return the templates of ``package`` (its folder ``templates``); an unknown name in a template is an error."""
    return Environment(loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def page(template: str, status: int = 200, **context: Any) -> Reply:
    """Return ``template`` filled with ``context`` as an HTML page under the strict content security policy."""
    text = environment().get_template(template).render(**context)
    return Reply(text, status, {"Content-Security-Policy": CSP}, "text/html; charset=utf-8")
