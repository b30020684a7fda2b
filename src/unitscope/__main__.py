"""`python -m unitscope` is the `unitscope` command."""

import sys

from unitscope.cli import main

sys.exit(main())
