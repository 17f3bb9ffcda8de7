"""Parts of ``plait connect``: what was said on the command line, and the questions on a terminal."""
