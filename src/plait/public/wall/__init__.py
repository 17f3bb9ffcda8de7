"""The machines on a screen on the wall, opened by a link and nothing else."""
