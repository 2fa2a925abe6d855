"""Results handed on: one module for each system that takes them, values in and bytes out."""
