"""Imports of several kinds, asked for over HTTP and done by jobs; what was converted on the way."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_import_requests"
down_revision = "20261128_assessment"
branch_labels = None
depends_on = None

KINDS = "kind in ('projects', 'profiles', 'targets', 'ledger-entries')"
FORMATS = "format in ('xlsx', 'csv', 'ndjson')"
MODES = "mode in ('validate_only', 'all_or_nothing', 'row_by_row')"
STATES = "state in ('queued', 'running', 'done', 'refused')"
COUNTS = "rows_done = rows_accepted + rows_refused + rows_duplicate"
STORING = "state in ('queued', 'running', 'done') and mode <> 'validate_only'"
CHECKS = {
    "known_kind": KINDS,
    "known_format": FORMATS,
    "known_mode": MODES,
    "known_state": STATES,
    "every_row_counted_once": COUNTS,
}
ADDED = ("kind", "format", "mode", "file_id", "file_name", "job_id", "lines", "rows_duplicate", "columns",
         "conversions", "version")  # fmt: skip


def upgrade() -> None:
    # What was imported before was profiles, by a command, row by row or as a whole.
    with op.batch_alter_table("imports") as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="profiles")
        )
        batch_op.add_column(sa.Column("format", sa.String(length=8), nullable=False, server_default="ndjson"))
        batch_op.add_column(
            sa.Column("mode", sa.String(length=16), nullable=False, server_default="row_by_row")
        )
        batch_op.add_column(sa.Column("file_id", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("file_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("job_id", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("lines", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("rows_duplicate", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("columns", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("conversions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("imports") as batch_op:
        for name in (
            "kind",
            "format",
            "mode",
            "lines",
            "rows_duplicate",
            "columns",
            "conversions",
            "version",
        ):
            batch_op.alter_column(name, server_default=None)
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_imports_{name}"), condition)
    where = sa.text(STORING)
    op.create_index(
        op.f("uq_imports_storing"),
        "imports",
        ["organisation_id", "kind", "content_hash"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index(op.f("uq_imports_storing"), table_name="imports")
    op.execute(
        "DELETE FROM import_refusals WHERE import_id IN (SELECT id FROM imports WHERE kind <> 'profiles')"
    )
    op.execute("DELETE FROM imports WHERE kind <> 'profiles'")
    with op.batch_alter_table("imports") as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_imports_{name}"), type_="check")
        for name in ADDED:
            batch_op.drop_column(name)
