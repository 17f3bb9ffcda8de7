"""What every document format must do."""
