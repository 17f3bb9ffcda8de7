"""Hold what is wanted against what a firm can do, and hear why not: python examples/who_can_make_it.py."""

from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.rules import fit
from plait.manufacturing.requirement import Requirement

WANTED = Requirement(process="gear.cylindrical", material="20CrMnTi", module_mm=3.0, quality=6, hardness_hrc=60.0)
FIRMS = {
    "a gear shop": Capability("gears", "gear.cylindrical", ("steel",), module_min_mm=1.0, module_max_mm=6.0, quality=5, hardness_max_hrc=62.0),
    "a coarse gear shop": Capability("gears", "gear.cylindrical", ("steel",), module_min_mm=4.0, module_max_mm=20.0, quality=9),
    "a forge": Capability("forge", "forging.die", ("steel",)),
}

if __name__ == "__main__":
    for firm, capability in FIRMS.items():
        reasons = fit(WANTED, capability)
        print(f"{firm}: {'can make it' if not reasons else '; '.join(reasons)}")
