"""The console: pages for people with a login (NiceGUI). One file a screen in ``screens/``; pages hold no logic, each number comes from a service."""
