"""The live schedule: calendars, promises, bookings and their repair."""
