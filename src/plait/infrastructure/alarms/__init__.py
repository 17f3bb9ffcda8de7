"""Alarms: what needs a person at once, from limits, words, states and silence of machines (after IEC 62682 and ANSI/ISA-18.2)."""
