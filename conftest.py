"""What all tests of the tree share."""

pytest_plugins = ["pytester"]
