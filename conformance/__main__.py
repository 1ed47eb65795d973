"""``python -m vnetspec``."""

import sys

from vnetspec.fixtures.cli import main

sys.exit(main())
