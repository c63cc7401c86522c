"""Outcomes of recommendations, with what each was decided on."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_outcomes"
down_revision = "20261123_main_job"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("model_version", sa.String(length=60), nullable=False),
        sa.Column("industry_code", sa.String(length=5), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("need_text", sa.Text(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("utilities", sa.JSON(), nullable=False),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_outcomes_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_outcomes_profile_id_profiles")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_outcomes_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcomes_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "uq_outcomes_live",
            ["project_id", "profile_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index("uq_outcomes_live")
        batch_op.drop_index(batch_op.f("ix_outcomes_project_id"))
        batch_op.drop_index(batch_op.f("ix_outcomes_profile_id"))

    op.drop_table("outcomes")
