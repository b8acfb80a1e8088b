"""Italian days without a leading zero."""
