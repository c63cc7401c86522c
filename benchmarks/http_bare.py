"""The side to compare with: FastAPI and nothing else, returning the same bytes under the same settings."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

from service.cli import UVICORN


def main() -> None:
    """Serve the bytes of a file at ``/bare``: ``python -m benchmarks.http_bare PORT FILE``."""
    body = Path(sys.argv[2]).read_bytes()
    app = FastAPI()

    @app.get("/bare")
    async def bare() -> Response:
        return Response(body, media_type="application/json")

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), **UVICORN)


if __name__ == "__main__":
    main()
