"""How the documentation is built: Sphinx, Markdown, and pages made of the suite itself."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "vnetspec"
author = "the vnetspec engineers"
version = release = version_of("vnetspec")

extensions = ["myst_parser", "generated"]
exclude_patterns = ["_build", "_extensions", "examples"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"vnetspec {version}"
html_copy_source = False
html_show_copyright = False
