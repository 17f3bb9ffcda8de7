"""Tests of the story of a thing."""
