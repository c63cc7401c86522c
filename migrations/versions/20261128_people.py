"""People with their sessions and personal keys, an organisation's settings, and approvals."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_people"
down_revision = "20261128_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_people()
    _create_sessions()
    op.create_table(
        "login_attempts",
        sa.Column("user_name_hash", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_name_hash", name=op.f("pk_login_attempts")),
    )
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempts_began_at", ["began_at"], unique=False)
    op.create_table(
        "organisation_settings",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_person_for", sa.JSON(), nullable=False),
        sa.Column("oidc", sa.JSON(), nullable=True),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_settings_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation_settings")),
    )
    _create_approvals()
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.String(length=40), nullable=True))
        batch_op.create_index(batch_op.f("ix_api_keys_person_id"), ["person_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_api_keys_person_id_people"), "people", ["person_id"], ["id"]
        )
    # Without a constraint: SQLite would have to write every profile anew.
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approved_by", sa.String(length=40), nullable=True))


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("oidc_subject", sa.String(length=255), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("oidc_issuer", sa.String(length=200), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'clerk', 'approver', 'auditor', 'administrator', 'security_administrator')",
            name=op.f("ck_people_role"),
        ),
        sa.CheckConstraint("user_name = lower(user_name)", name=op.f("ck_people_user_name_is_lower_case")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_people_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("user_name", name=op.f("uq_people_user_name")),
        sa.UniqueConstraint(
            "organisation_id",
            "oidc_issuer",
            "oidc_subject",
            name=op.f("uq_people_organisation_id_oidc_issuer_oidc_subject"),
        ),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_organisation_id"), ["organisation_id"], unique=False)


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("proof_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        sa.UniqueConstraint("proof_hash", name=op.f("uq_sessions_proof_hash")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_person_id"), ["person_id"], unique=False)


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.String(length=64), nullable=False),
        sa.Column("noun_version", sa.Integer(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("submitted_by_person_id", sa.String(length=40), nullable=True),
        sa.Column("submitted_by_key_id", sa.String(length=40), nullable=True),
        sa.Column("comment", sa.String(length=5000), nullable=True),
        sa.Column("decided_by_person_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'approved', 'withdrawn')", name=op.f("ck_approvals_state")
        ),
        # The second person is another one, whatever the code above comes to believe.
        sa.CheckConstraint(
            "state NOT IN ('approved', 'returned') OR (decided_by_person_id IS NOT NULL AND "
            "(submitted_by_person_id IS NULL OR submitted_by_person_id <> decided_by_person_id))",
            name=op.f("ck_approvals_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_approvals_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_person_id"],
            ["people.id"],
            name=op.f("fk_approvals_submitted_by_person_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_person_id"], ["people.id"], name=op.f("fk_approvals_decided_by_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approvals_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_approvals_open",
            ["organisation_id", "noun_id", "action"],
            unique=True,
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )


def downgrade() -> None:
    # Below, a personal key would be the organisation's own, and a submission would be no known status.
    op.execute("DELETE FROM api_keys WHERE person_id IS NOT NULL")
    op.execute("UPDATE profiles SET status = 'draft' WHERE status IN ('submitted', 'returned')")
    # Not in a batch: SQLite drops a plain column by itself, and a new table would break what refers to it.
    op.drop_column("profiles", "approved_by")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_api_keys_person_id_people"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_api_keys_person_id"))
        batch_op.drop_column("person_id")
    for table in ("approvals", "organisation_settings", "login_attempts", "sessions", "people"):
        op.drop_table(table)
