"""Providers: everything that may touch a network. Nothing else of the library imports them."""
