"""The record of changes: nothing of it is changed or removed but by a prune; and it is searched.

An event's detail is stored as the text that its hash covers. Events that were written before have blanks
in it and other escapes: they are written anew as the same JSON, and their hashes stay.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "20261128_audit"
down_revision = "20261128_alerts"
branch_labels = None
depends_on = None

_EVENTS_AT_ONCE = 5_000
_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

# INSERT OR REPLACE deletes without asking a trigger that refuses to delete: it is met before.
_SQLITE = """
CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'An audit event is kept as it was written.'); END;

CREATE TRIGGER audit_events_unreplaced BEFORE INSERT ON audit_events
WHEN EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'An audit event is kept as it was written.'); END;

CREATE TRIGGER audit_events_unremoved BEFORE DELETE ON audit_events
WHEN OLD.sequence > coalesce((SELECT max(sequence) FROM audit_anchors), 0)
BEGIN SELECT RAISE(ABORT, 'An audit event is kept as it was written.'); END;

CREATE TRIGGER audit_anchors_old BEFORE INSERT ON audit_anchors
WHEN NOT EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence AND hash = NEW.hash)
  OR EXISTS (SELECT 1 FROM audit_events WHERE sequence <= NEW.sequence
    AND at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-36 months'))
BEGIN SELECT RAISE(ABORT, 'Events go when they are older than 36 months.'); END;

CREATE TRIGGER audit_anchors_unchanged BEFORE UPDATE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'An audit event is kept as it was written.'); END;

CREATE TRIGGER audit_anchors_unremoved BEFORE DELETE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'An audit event is kept as it was written.'); END
"""
_POSTGRESQL = """
CREATE FUNCTION keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.sequence <= (SELECT max(sequence) FROM audit_anchors) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'An audit event is kept as it was written.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION keep_audit_anchors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence AND hash = NEW.hash)
      AND NOT EXISTS (SELECT 1 FROM audit_events WHERE sequence <= NEW.sequence
        AND at >= now() - interval '36 months') THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Events go when they are older than 36 months.' USING ERRCODE = 'restrict_violation';
  END IF;
  RAISE EXCEPTION 'An audit event is kept as it was written.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_events_kept BEFORE UPDATE OR DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION keep_audit_events();

CREATE TRIGGER audit_events_not_emptied BEFORE TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_events();

CREATE TRIGGER audit_anchors_kept BEFORE INSERT OR UPDATE OR DELETE ON audit_anchors
FOR EACH ROW EXECUTE FUNCTION keep_audit_anchors();

CREATE TRIGGER audit_anchors_not_emptied BEFORE TRUNCATE ON audit_anchors
FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_anchors()
"""
_EVENTS_KEPT = ("audit_events_kept", "audit_events_not_emptied")
_SQLITE_KEPT = ("audit_events_unchanged", "audit_events_unreplaced", "audit_events_unremoved")


def upgrade() -> None:
    op.create_table(
        "audit_anchors",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_anchors")),
    )
    op.create_index(
        "ix_audit_events_organisation_id_sequence",
        "audit_events",
        ["organisation_id", "sequence"],
        unique=False,
    )
    _write_details_as_they_were_hashed()
    for statement in (_SQLITE if _is_sqlite() else _POSTGRESQL).split("\n\n"):
        op.execute(statement)


def _write_details_as_they_were_hashed() -> None:
    events = sa.table("audit_events", sa.column("sequence"), sa.column("detail"))
    text = sa.cast(events.c.detail, sa.Text)
    connection, last = op.get_bind(), 0
    while True:
        rows = connection.execute(
            sa.select(events.c.sequence, text.label("detail"))
            .where(events.c.sequence > last)
            .order_by(events.c.sequence)
            .limit(_EVENTS_AT_ONCE)
        ).all()
        for row in rows:
            written = _canonical(row.detail)
            if written != row.detail:
                is_row = events.c.sequence == row.sequence
                connection.execute(events.update().where(is_row).values(detail=written))
        if len(rows) < _EVENTS_AT_ONCE:
            return
        last = rows[-1].sequence


def _canonical(detail: str) -> str:
    try:
        return _COMPACT(json.loads(detail))
    except ValueError:
        # Somebody has altered it: the verifier is to say so.
        return detail


def downgrade() -> None:
    if _is_sqlite():
        for name in _SQLITE_KEPT:
            op.execute(f"DROP TRIGGER {name}")
    else:
        for name in _EVENTS_KEPT:
            op.execute(f"DROP TRIGGER {name} ON audit_events")
    op.drop_table("audit_anchors")
    if not _is_sqlite():
        op.execute("DROP FUNCTION keep_audit_events")
        op.execute("DROP FUNCTION keep_audit_anchors")
    op.drop_index("ix_audit_events_organisation_id_sequence", table_name="audit_events")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
