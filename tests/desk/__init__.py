"""Tests of the order desk as a whole: the corpus of files it must read."""
