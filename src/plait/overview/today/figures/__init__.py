"""The five numbers of the day."""
