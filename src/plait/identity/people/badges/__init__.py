"""Badges and PINs: how somebody at a machine signs in."""
