"""Joint records of a project at a place: stages, milestones, comments."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_opportunities"
down_revision = "20261128_holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opportunities",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("project_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("profile_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("project_field_team_id", sa.String(length=40), nullable=True),
        sa.Column("profile_field_team_id", sa.String(length=40), nullable=True),
        sa.Column("recommended_by", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("pending", sa.JSON(), nullable=True),
        sa.Column("unsealed_by_project_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsealed_by_profile_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(
            ["profile_field_team_id"],
            ["organisations.id"],
            name=op.f("fk_opportunities_profile_field_team_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_opportunities_profile_id_profiles")
        ),
        sa.ForeignKeyConstraint(
            ["profile_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_opportunities_profile_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["project_field_team_id"],
            ["organisations.id"],
            name=op.f("fk_opportunities_project_field_team_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_opportunities_project_id_projects")
        ),
        sa.ForeignKeyConstraint(
            ["project_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_opportunities_project_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunities")),
    )
    with op.batch_alter_table("opportunities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opportunities_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opportunities_profile_organisation_id"), ["profile_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_opportunities_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_opportunities_project_organisation_id"), ["project_organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_opportunities_live",
            ["project_id", "profile_id"],
            unique=True,
            sqlite_where=sa.text("stage != 'ended'"),
            postgresql_where=sa.text("stage != 'ended'"),
        )

    op.create_table(
        "comments",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("opportunity_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_comments_opportunity_id_opportunities")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_comments_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_opportunity_id"), ["opportunity_id"], unique=False)

    op.create_table(
        "milestones",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=28), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("opportunity_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_milestones_opportunity_id_opportunities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestones")),
    )
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestones_opportunity_id"), ["opportunity_id"], unique=False)

    op.create_table(
        "stage_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("opportunity_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("from_stage", sa.String(length=20), nullable=True),
        sa.Column("to_stage", sa.String(length=20), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_stage_changes_opportunity_id_opportunities"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_stage_changes_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_changes")),
    )
    with op.batch_alter_table("stage_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_changes_opportunity_id"), ["opportunity_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stage_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_changes_opportunity_id"))

    op.drop_table("stage_changes")
    with op.batch_alter_table("milestones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestones_opportunity_id"))

    op.drop_table("milestones")
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comments_opportunity_id"))

    op.drop_table("comments")
    with op.batch_alter_table("opportunities", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_opportunities_live",
            sqlite_where=sa.text("stage != 'ended'"),
            postgresql_where=sa.text("stage != 'ended'"),
        )
        batch_op.drop_index(batch_op.f("ix_opportunities_project_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_opportunities_project_id"))
        batch_op.drop_index(batch_op.f("ix_opportunities_profile_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_opportunities_profile_id"))

    op.drop_table("opportunities")
