"""The process that checks rows beside a service of many threads: ``python -m service.jobs.import_beside FD``.

Made anew and not forked: what other threads hold at that moment (a lock, a connection) is not copied.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from service.jobs.import_checking import serve


def main() -> None:
    """Check the file that comes through the socket of this number."""
    pipe = Connection(int(sys.argv[1]))
    try:
        source = pipe.recv()
    except EOFError:
        return
    serve(source, pipe)


if __name__ == "__main__":
    main()
