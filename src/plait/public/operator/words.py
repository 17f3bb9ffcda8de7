"""What the operator pages' script says, by the key under which it asks; every text goes through the catalogue."""

from plait.kernel.texts import Texts

__all__ = ["NAMES", "words_in"]

NAMES = (("en", "English"), ("de", "Deutsch"), ("zh", "中文"))

WORDS = {
    "running": "Running",
    "idle": "Idle",
    "down": "Down",
    "setup": "Set-up",
    "silent": "No signal",
    "ready": "Ready to start",
    "nojob": "No job here now",
    "job.waiting": "Waits for an earlier step",
    "job.running": "Running",
    "job.stopped": "Stopped",
    "since": "since {time}",
    "counted": "{good} of {quantity} good",
    "bad": "{scrap} scrap",
    "unsent": "not sent yet",
    "start": "Begin",
    "goon": "Go on",
    "takeover": "Take over",
    "stop": "Stop",
    "finish": "Finished",
    "count": "Count",
    "one": "+1 good",
    "more": "Good …",
    "scrap": "Scrap …",
    "photo": "Photo",
    "help": "Call for help",
    "answer": "I am here",
    "called": "Help was called for",
    "itself": "The machine begins this job by itself.",
    "whystop": "Why does it stand?",
    "whyscrap": "What is wrong with it?",
    "howgood": "How many good pieces more?",
    "howscrap": "How many scrap pieces more?",
    "number": "How many",
    "correct": "A number with a minus takes back what was counted too many.",
    "rest": "{rest} pieces are not counted yet. What are they?",
    "restgood": "All good",
    "restscrap": "All scrap",
    "sure": "{good} good, {scrap} scrap: finished?",
    "ok": "OK",
    "nomore": "Nothing else is planned here.",
    "noplaces": "No machine is entered yet. A manager enters it under Machines or Schedule.",
    "offline": "No connection",
    "waiting": "waiting to be sent ({count})",
    "whose": "{name} must sign in here to send them",
    "nottaken": "Not taken: {what}, {time}.",
    "failed": "That did not work. Try again.",
    "nonet": "No connection to the node. Try again.",
    "full": "The telephone has no room left for this.",
    "lostphoto": "The telephone has lost the photo. Take it again.",
    "leaving": "{count} entries are not sent yet. They wait here until you sign in again. Sign out?",
    "nocamera": "The camera could not be opened.",
    "nocode": "No badge was found in the photo. Hold the telephone closer and straight.",
    "nobadge": "A badge number has 26 letters and digits.",
}


def words_in(say: Texts) -> str:
    """Return the words as ``key=text`` joined by ``|``; the script takes them apart again."""
    return "|".join(f"{key}={say(text).replace('|', '/')}" for key, text in WORDS.items())
