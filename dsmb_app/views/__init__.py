"""Results on screen; the only package that speaks Qt."""
