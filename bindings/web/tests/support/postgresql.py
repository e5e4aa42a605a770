"""A real PostgreSQL with an empty database, whose address is printed; it ends when the standard input does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "python" / "tests"))

from support.postgresql import PostgreSQL

server = PostgreSQL()
try:
    print(server.database().render_as_string(hide_password=False), flush=True)
    sys.stdin.read()
finally:
    server.stop()
