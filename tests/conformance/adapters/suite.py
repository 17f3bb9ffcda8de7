"""The suites of machine adapters, which are shipped so that strangers' adapters keep them too."""

from plait.testing.adapters import CAPABILITIES, AdapterSuite, JobSuite, SignalSuite, Works

__all__ = ["CAPABILITIES", "AdapterSuite", "JobSuite", "SignalSuite", "Works"]
