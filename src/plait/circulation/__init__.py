"""Goods on their way between firms: events, traces, passports."""
