"""The terminal: one file a verb, loaded when it is used."""

import sys

from cyclopts import App, Parameter

from plait import __version__

__all__ = ["VERBS", "app", "main"]

VERBS = {
    "up": ("plait.cli.up:up", "Start this firm's node, making it first if the folder is empty."),
    "demo": ("plait.cli.demo:demo", "Bring up seven firms on this computer and send one order through the braid."),
    "today": ("plait.cli.today:app", "Say what needs you now, the figures of the day, and what is still to set up."),
    "find": ("plait.cli.find:find", "Find anything by its number, its name or the code on its label."),
    "network": ("plait.cli.network:network", "Show the firms known, what went between them and us, the latest messages."),
    "trace": ("plait.cli.trace:trace", "Show where a thing comes from and where it went, across firms."),
    "recall": ("plait.cli.trace:recall", "List everything here that contains a thing, and where that is."),
    "passports": ("plait.cli.passports:app", "See the passports of our articles and who reads what in them; enter what they say."),
    "label": ("plait.cli.label:label", "Draw a label, read it back, write it to a file or print it."),
    "observatory": ("plait.cli.observatory:observatory", "Show who stops with whom and how concentrated each trade is."),
    "plant": ("plait.cli.plant:plant", "Run a simulated plant that speaks OPC UA."),
    "desk": ("plait.cli.desk:app", "Put in orders, lists and mails; see what came, what is ordered."),
    "schedule": ("plait.cli.schedule:app", "Show what runs where and when; try a job elsewhere, move it, or keep it where it is."),
    "parts": ("plait.cli.parts:app", "List parts with their stock, show one, take goods in, correct stock by a count."),
    "times": ("plait.cli.times:app", "See where machines take other times than routings say; take over what they say, leave it."),
    "order": ("plait.cli.order:order", "Show one order's whole life: its braid, what happened, whether it will be there."),
    "guest": ("plait.cli.guest:app", "Make links for firms without a node, see what they did, take links back."),
    "line": ("plait.cli.line:app", "See what was told at the machines, answer calls for help, print machines' codes."),
    "person": ("plait.cli.person:app", "Enter people, let them set a password, end their sessions."),
    "login": ("plait.cli.login:login", "Print a link that signs in once, on this computer."),
    "phones": ("plait.cli.phones:app", "Let phones of this network in, see how that stands, shut them out."),
    "token": ("plait.cli.token:app", "Make, list and revoke access tokens."),
    "machines": ("plait.cli.machines:app", "See what runs and what stands; run simulated machines to try things out with."),
    "signals": ("plait.cli.signals:app", "See what machines say, now and before; take it out as Parquet."),
    "rules": ("plait.cli.rules:app", "Say what signals mean: see, try, set and take back the rules of machines."),
    "new": ("plait.cli.new:app", "Write the folder of a new plug-in, with a device and the suite it must pass."),
    "alarms": ("plait.cli.alarms:app", "See what machines call for; acknowledge, shelve and set alarms; try whether messages arrive."),
    "connect": ("plait.cli.connect:app", "Connect a machine: find it, try it, choose its signals, name it; change that later."),
    "import": ("plait.cli.imports:app", "Take in what machines have said before, from files."),
    "apps": ("plait.cli.apps:app", "List the firm's apps, see what they find, switch them on or off and set them."),
    "device": ("plait.cli.device:app", "Enter, list and revoke devices that speak MQTT to the node."),
    "deliveries": ("plait.cli.deliveries:app", "See what waits for partners and why; try again or give up."),
    "backup": ("plait.cli.backup:app", "Make, list and check backups."),
    "restore": ("plait.cli.restore:restore", "Put a backup back, on this or another computer."),
    "export": ("plait.cli.export:export", "Write everything the firm has in its node as open files."),
    "accept-loss": ("plait.cli.accept_loss:accept_loss", "Go on with what is left of a fact log that has lost facts."),
    "support": ("plait.cli.support:support", "Pack what a helper needs to see, without business data."),
    "doctor": ("plait.cli.doctor:doctor", "Say what is wrong with a node and what to do about it."),
}

app = App(
    name="plait",
    version=__version__,
    help="Your firm's own node on the industrial internet.",
    default_parameter=Parameter(negative=()),
)
for _name, (_target, _help) in VERBS.items():
    app.command(_target, name=_name, help=_help)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit 0 when done, 1 when refused or failed, 2 on wrong usage."""
    from plait.kernel.problems import Problem

    try:
        app(arguments)
    except Problem as problem:
        print(f"{problem.kind.title}\n  why: {problem.detail or problem.code}\n  do:  {problem.kind.advice}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
