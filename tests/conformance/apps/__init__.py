"""What every app must do."""
