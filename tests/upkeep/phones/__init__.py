"""Tests of the way in for phones."""
