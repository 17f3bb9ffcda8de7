"""Sites: time zone, shifts and holidays of a place, which its work centres share."""
