"""The document formats, one plug-in folder each."""
