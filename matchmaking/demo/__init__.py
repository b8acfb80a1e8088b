"""Invented organisations, offers and needs to try the platform with, and how they are loaded."""
