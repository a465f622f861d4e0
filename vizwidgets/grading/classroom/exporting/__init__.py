"""Points as the platforms read them."""
