"""What every app must do, whatever it finds. A suite of tests to inherit from: name the plug-in, and change ``inputs`` where it needs others."""

import inspect
import random
import tomllib
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from plait.apps.model import NEEDS, AppReport, Inputs, Period, Unit
from plait.apps.plugins import APPS
from plait.infrastructure.past.model import Cycle, Stretch, Work
from plait.infrastructure.signals.model import Value
from plait.kernel.facts import kind_of
from plait.kernel.money import Money
from tests.support import START

__all__ = ["AppSuite"]

TIERS = ("bronze", "silver", "gold", "platinum")
MINUTE = timedelta(minutes=1)


class AppSuite:
    """Inherit and set ``name``."""

    name: str

    def inputs(self, seed: int = 1, machines: int = 3) -> Inputs:
        """Return a made-up day of some machines: shifts with stops, jobs, cycles and signals; the first has hours and a price, the last told nothing."""
        rng = random.Random(seed)
        until = START + timedelta(days=1)
        units, states, jobs, cycles, signals = [], {}, {}, {}, {}
        for number in range(machines):
            id = f"m{number}"
            open_ = ((START, START + timedelta(hours=16)),) if number == 0 else None
            halves = (Period(START, START + timedelta(hours=12), "one"), Period(START + timedelta(hours=12), until, "two"))
            units.append(Unit(id, f"Machine {number}", "turning", "hall/line", "site", open_, halves, Money(Decimal(60), "EUR") if number == 0 else None))
            if number == machines - 1:
                continue
            now, found = START, []
            while now < until:
                end = min(until, now + rng.randint(1, 90) * MINUTE)
                found.append(Stretch(rng.choice(("running", "running", "idle", "down", "setup", "silent")), now, end, rng.choice(("", "tool"))))
                now = end
            states[id] = tuple(found)
            jobs[id] = tuple(
                Work(id, f"J{n}", "ended", START + n * 100 * MINUTE, START + (n * 100 + 90) * MINUTE, 40, 2, 1.5, "P1", "turn", 10.0, 2.0, 42)
                for n in range(10)
            )
            if number == 1:
                cycles[id] = tuple(Cycle(START + n * 2 * MINUTE, 100.0, 1.0) for n in range(500))
            signals[f"{id}.power"] = tuple(Value(START + n * MINUTE, rng.random()) for n in range(60))
        return Inputs(START, until, until, "UTC", "shift", tuple(units), states, jobs, cycles, signals)

    def plugin(self) -> Any:
        """Return the plug-in."""
        return APPS.load(self.name)

    def ask(self, inputs: Inputs) -> AppReport:
        """Return what the app finds with its default settings."""
        plugin = self.plugin()
        found = plugin.report(inputs, plugin.config())
        assert isinstance(found, AppReport)
        return found

    def test_says_what_it_is(self):
        """Tests that it bears its own name, says in a sentence what it does, needs only what there is, and has defaults for all settings."""
        plugin = self.plugin()
        assert plugin.name == self.name
        assert plugin.title
        assert plugin.summary.endswith(".")
        assert plugin.needs <= NEEDS
        assert plugin.config() == msgspec.convert({}, plugin.config)
        assert plugin.config.__struct_config__.forbid_unknown_fields
        assert plugin.config.__doc__

    def test_folder_is_complete(self):
        """Tests that README and quality sheet are there, and that the README names every setting."""
        folder = Path(inspect.getfile(import_module(APPS.built_in[self.name]))).parent
        readme = (folder / "README.md").read_text("utf-8")
        assert tomllib.loads((folder / "quality.toml").read_text("utf-8"))["tier"] in TIERS
        assert [field.name for field in msgspec.structs.fields(self.plugin().config) if f"`{field.name}`" not in readme] == []

    def test_same_inputs_same_answer(self):
        """Tests that the answer depends on nothing but the inputs, and not on their order."""
        inputs = self.inputs()
        rng = random.Random(7)
        mixed = {name: {key: tuple(rng.sample(rows, len(rows))) for key, rows in getattr(inputs, name).items()} for name in ("states", "jobs", "cycles")}
        shuffled = msgspec.structs.replace(inputs, units=inputs.units[::-1], **mixed)
        assert self.ask(inputs) == self.ask(inputs) == self.ask(shuffled)

    def test_nothing_given_nothing_invented(self):
        """Tests that without machines there is no figure of a machine, and that a machine that told nothing trips nothing."""
        nothing = Inputs(START, START + timedelta(days=1), START + timedelta(days=1), "UTC", "span")
        assert [each for each in self.ask(nothing).figures if each.kind == "machine"] == []
        self.ask(msgspec.structs.replace(self.inputs(), states={}, jobs={}, cycles={}, signals={}))

    def test_figures_are_told_apart(self):
        """Tests that a figure stands once for a subject and period, that every subject is known, and that what cannot be said is explained."""
        inputs = self.inputs()
        figures = self.ask(inputs).figures
        keys = [(each.name, each.subject, each.kind, each.period) for each in figures]
        assert len(set(keys)) == len(keys)
        known = {unit.id for unit in inputs.units} | {unit.group for unit in inputs.units} | {""}
        assert {each.subject for each in figures} <= known
        assert all(each.value is None or each.value == each.value for each in figures)
        assert all(each.note for each in figures if each.value is None and each.kind == "machine" and each.name == self.name)

    def test_answer_can_be_sent(self):
        """Tests that the answer is plain data, and that facts it writes are registered and the same each time."""
        found = self.ask(self.inputs())
        assert msgspec.json.decode(msgspec.json.encode(found))["figures"]
        plugin = self.plugin()
        if plugin.tell is not None:
            facts = [plugin.tell(self.inputs(), plugin.config()) for _ in range(2)]
            assert facts[0] == facts[1]
            assert all(kind_of(body) for body in facts[0])

    def test_a_hundred_machines_are_quick(self):
        """Tests that a day of a hundred machines is worked out without waiting for it: each machine's rows are looked at about once."""
        found = self.ask(self.inputs(machines=100))
        assert len({each.subject for each in found.figures if each.kind == "machine"}) == 100
