"""Tables and pure functions that both ends of a wire need: ISA-95 job orders, PackML. No I/O."""
