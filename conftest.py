"""What the whole test run shares; the tests' own fixtures lie beside them."""

pytest_plugins = ["website.recording"]
