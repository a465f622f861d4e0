"""Weights, digits, class names and photographs: what is fetched, verified and kept."""
