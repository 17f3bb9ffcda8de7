"""Foreign files become typed rows: content by format, columns by mapping, values with their place and every doubt said."""
