"""Suites of tests that whoever writes a plug-in inherits from. Needs pytest; nothing of the node imports it."""

import pytest

pytest.register_assert_rewrite("plait.testing.adapters")
