"""``plait desk``: the order desk on the terminal, one file a group of verbs, loaded when it is used."""

from cyclopts import App

__all__ = ["app"]

app = App(name="desk", help="Put in orders, lists and mails; see what came, what is ordered.")

VERBS = {
    "in": ("plait.cli.desk.into:into", "Put in files: Excel, CSV, mail, PDF, UBL. With --dry-run only say what would be read."),
    "inbox": ("plait.cli.desk.inbox:inbox", "List what came and where it stands."),
    "show": ("plait.cli.desk.inbox:show", "Show how an item is read and what it would change."),
    "apply": ("plait.cli.desk.inbox:apply", "Put in what an item holds."),
    "undo": ("plait.cli.desk.inbox:undo", "Take back what an item put in."),
    "set-aside": ("plait.cli.desk.inbox:set_aside", "Put an item away without putting it in."),
    "orders": ("plait.cli.desk.orders:orders", "List customers' order lines, the earliest due first."),
    "every": ("plait.cli.desk.answers:every", "List orders of every kind with whether they will be there."),
    "promise": ("plait.cli.desk.answers:promise", "Promise a date for an order; its customer is told."),
    "requests": ("plait.cli.desk.answers:requests", "List requests for price and date, received and sent."),
    "answer": ("plait.cli.desk.answers:answer", "Show, send or decline what a partner's request would be answered with."),
    "ask": ("plait.cli.desk.answers:ask", "Ask every firm of the network that can make it for price and date."),
    "estimate": ("plait.cli.desk.estimate:estimate", "Estimate the times of parts without a routing, from past jobs and prices."),
    "late": ("plait.cli.desk.late:late", "Say which open orders will be late, why, and what would help."),
    "what-if": ("plait.cli.desk.late:what_if", "Try changes on the plan of all open orders; nothing is written."),
    "date": ("plait.cli.desk.late:promise", "Say what date may be promised for something new."),
    "plan": ("plait.cli.desk.late:plan", "Take the plan of all open orders over into the schedule."),
    "paper": ("plait.cli.desk.papers:paper", "Write a route card, the plan of a week, a delivery note or a confirmation to a file."),
    "offers": ("plait.cli.desk.offers:offers", "List offers and where each stands."),
    "quote": ("plait.cli.desk.offers:quote", "Show a quotation; write it as PDF, UBL or e-mail; send it off."),
    "part": ("plait.cli.desk.drafts:part", "Say which part a line of an offer means, or make a new one after another."),
    "change": ("plait.cli.desk.drafts:change", "Change price, date, quantity or words of an offer while it is a draft."),
    "renew": ("plait.cli.desk.drafts:renew", "Work an offer out again; one that is out becomes a draft of its next version."),
    "accept": ("plait.cli.desk.offers:accept", "Enter that the customer accepts an offer."),
    "lost": ("plait.cli.desk.offers:lost", "Enter that an offer was lost, and why."),
    "example": ("plait.cli.desk.example:example", "Write a list of open orders to try the desk with."),
    "invoice": ("plait.cli.desk.invoice:invoice", "Hand an invoice over: XRechnung, ZUGFeRD, UBL, CII or a table."),
    "fields": ("plait.cli.desk.into:fields", "List the fields a column can be read as."),
}
"""Verbs by name: where each stands and what it does."""

for _name, (_target, _help) in VERBS.items():
    app.command(_target, name=_name, help=_help)
