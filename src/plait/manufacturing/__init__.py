"""What one firm can make and another needs made: parts, capabilities, trade, schedules, the line."""
