"""The typed HTTP layer: routes declared by the rooms, problems, streams, pages, the client for partners."""

from starlette.requests import Request

from plait.web.api import Api, Latest, Route
from plait.web.app import App, build_app
from plait.web.client import Answer, PartnerClient, origin_of
from plait.web.pages import page
from plait.web.reply import Reply, problem_response
from plait.web.serve import Server, serve
from plait.web.stream import Event, Stream

__all__ = [
    "Answer",
    "Api",
    "App",
    "Event",
    "Latest",
    "PartnerClient",
    "Reply",
    "Request",
    "Route",
    "Server",
    "Stream",
    "build_app",
    "origin_of",
    "page",
    "problem_response",
    "serve",
]
