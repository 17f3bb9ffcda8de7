"""Pictures drawn on the server as SVG: quick, testable, and readable by who cannot see them."""
