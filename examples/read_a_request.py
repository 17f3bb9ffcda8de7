"""Read a UBL RequestForQuotation into our own words: python examples/read_a_request.py [FILE]."""

import sys
from importlib.resources import files
from pathlib import Path

from plait.manufacturing.trade.ubl_read import read_ubl

if __name__ == "__main__":
    sample = files("plait.cli.demo") / "firms" / "demand.xml"
    content = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else sample.read_bytes()
    request = read_ubl(content)
    print(f"{request.buyer.name} asks in {request.number}:")
    for line in request.lines:
        print(f"  {line.quantity} {line.unit} of {line.name}, {line.requirement}")
