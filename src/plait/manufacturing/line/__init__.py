"""The line: batches go through their routing, job by job, with nobody there (after ISA-95 job orders)."""
