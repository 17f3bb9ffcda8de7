"""Tests of the book of the order desk."""
