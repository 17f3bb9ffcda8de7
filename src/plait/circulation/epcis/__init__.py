"""The event store: EPCIS 2.0 capture and query (GS1 EPCIS 2.0, CBV 2.0)."""
