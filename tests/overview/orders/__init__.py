"""Tests of orders and requests of every kind."""
