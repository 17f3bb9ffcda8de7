"""Tests of the inbox of the order desk."""
