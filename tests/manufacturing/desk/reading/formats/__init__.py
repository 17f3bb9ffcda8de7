"""Tests of the document formats, each for itself."""
