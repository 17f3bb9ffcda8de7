"""The vocabulary of capability search; it is shared by all of manufacturing."""

from plait.manufacturing.vocabulary import MATERIALS, PROCESSES, Term, check_material, check_process, is_a, name_of

__all__ = ["MATERIALS", "PROCESSES", "Term", "check_material", "check_process", "is_a", "name_of"]
