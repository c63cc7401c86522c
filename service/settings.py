"""Settings from the environment (``SHANHAI_…``); read by app, cli and migrations only."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator may set. docs/operations.md lists each one; a test checks that it does."""

    model_config = SettingsConfigDict(env_prefix="SHANHAI_", extra="ignore")

    data_dir: Path = Field(Path("data"), description="Where the embedded database and demo keys live.")
    database_url: str = Field("", description="A postgresql:// URL; empty means embedded SQLite in data_dir.")
    index_dir: str = Field("", description="Where the match index is stored; empty: `index` in data_dir.")
    host: str = Field("127.0.0.1", description="The address that `serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `serve` listens on.")
    workers: int = Field(1, ge=1, le=64, description="Worker processes of `serve`.")
    signing_key: str = Field("", description="Signs page cursors; empty means one kept in the database.")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Larger request bodies are refused with 413.")
    max_file_bytes: int = Field(134_217_728, ge=1024, description="Larger files sent are refused with 413.")
    file_timeout_seconds: float = Field(60.0, gt=0, description="A file that takes longer is answered 408.")
    serve_jobs: bool = Field(True, description="Whether `serve` on SQLite runs jobs beside the requests.")
    job_threads: int = Field(1, ge=1, le=32, description="Jobs at once in each lane of each process.")
    max_json_depth: int = Field(32, ge=4, le=200, description="Deeper JSON bodies are refused with 422.")
    max_in_flight: int = Field(64, ge=1, description="Requests at once per worker; more answer 503.")
    body_timeout_seconds: float = Field(15.0, gt=0, description="A body that takes longer is answered 408.")
    busy_timeout_seconds: float = Field(5.0, gt=0, description="How long a write waits for a lock, then 503.")
    pool_size: int = Field(40, ge=2, description="Database connections per worker.")
    rate_limit: str = Field("", description="For each key, e.g. `600/minute`; empty means none.")
    allow_private_issuers: bool = Field(
        False, description="Whether an organisation's sign-in service may have a private address."
    )
    export_keep_hours: float = Field(72.0, gt=0, le=8760, description="How long an exported file is kept.")
    export_max_rows: int = Field(
        100_000, ge=100, le=1_000_000, description="Rows of a sheet; more are refused."
    )
    export_timeout_seconds: float = Field(
        120.0, gt=0, description="Typesetting that takes longer is ended, and the export fails."
    )
    font_dir: str = Field("", description="Further fonts for PDF; one with Chinese comes with the service.")
    allow_private_webhooks: bool = Field(
        False, description="Whether webhooks may lead to private addresses; to loopback without TLS too."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def index_path(self) -> Path:
        """The directory of the stored index."""
        return Path(self.index_dir) if self.index_dir else self.data_dir / "index"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL: psycopg 3 for PostgreSQL, else SQLite in ``data_dir``."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'shanhai.db').resolve()}"
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url
