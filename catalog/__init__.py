"""WHAT: offers, needs, the shared vocabulary, and where each document lies in the shared space."""
