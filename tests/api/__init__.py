"""The api and the page against a real server on loopback."""
