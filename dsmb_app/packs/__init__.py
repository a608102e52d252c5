"""Results on paper; the only package that speaks Excel."""
