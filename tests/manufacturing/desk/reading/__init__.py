"""Tests of what the order desk reads."""
