"""The words everyone in the house speaks: ids, clocks, activity, facts, problems, ports."""
