"""Requests to counties that do not log in, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_profile_requests"
down_revision = "20261128_enclave_terms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_requests",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=True),
        sa.Column("message", sa.String(length=5000), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_through", sa.String(length=8), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("accepted_fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_profile_requests_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_profile_requests_profile_id_profiles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_requests")),
        sa.UniqueConstraint("prefix", name=op.f("uq_profile_requests_prefix")),
    )
    with op.batch_alter_table("profile_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_requests_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_profile_requests_profile_id"), ["profile_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("profile_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_requests_profile_id"))
        batch_op.drop_index(batch_op.f("ix_profile_requests_organisation_id"))

    op.drop_table("profile_requests")
