"""plait: a firm's own node on the industrial internet."""

__version__ = "0.2.0.dev0"
