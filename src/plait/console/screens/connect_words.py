"""What the way to connect a machine is said with: settings, hints, causes. English, as the catalogue knows them."""

from plait.infrastructure.machines.connect.model import Hint, Why

__all__ = ["HEADS", "HINTS", "SETTINGS", "WORDS"]

# What is said of a try in one line, before the adapter's own words.
HEADS: dict[Why, str] = {
    "ok": "It answers.",
    "config": "Something in the settings is not right.",
    "name": "No device of this name is known in the network.",
    "refused": "The device is there, but the service is not switched on or listens on another port.",
    "timeout": "No answer: the device is off, or not in this network.",
    "protocol": "Something else answers there: another service has this port.",
    "login": "The device wants a user name and password, or does not take these.",
    "certificate": "The device and this node do not trust each other's certificates yet.",
    "other": "It does not work yet.",
}

# What a signal looks like, and so why it is proposed or not.
HINTS: dict[Hint, str] = {
    "unit": "measured value",
    "state": "says what it does",
    "count": "a count",
    "number": "a number",
    "word": "words",
    "identity": "identity, hardly ever changes",
    "unreadable": "no value now",
    "zero": "zero now, perhaps unused",
    "many": "beyond the first hundred",
}

# States of machines.
WORDS = {"running": "running", "idle": "idle", "down": "down", "setup": "set-up", "silent": "silent"}

# Names of settings, as adapters call them.
SETTINGS: dict[str, str] = {
    "host": "Address in the network",
    "port": "Port",
    "unit": "Unit id",
    "rack": "Rack",
    "slot": "Slot",
    "agent": "Address of the MTConnect agent",
    "device": "Device",
    "endpoint": "Address of its OPC UA server",
    "cell": "Cell",
    "user": "User name",
    "password_file": "File with the password",
    "map": "List of signals (CSV)",
    "topic": "Topic",
    "topics": "Topics",
    "broker": "Address of the broker",
    "url": "Address",
    "folder": "Folder",
    "group": "Group",
    "edge": "Edge node",
    "interval_ms": "Read every (ms)",
    "timeout_s": "Wait for an answer (s)",
    "state_signal": "Signal that tells the state",
}
