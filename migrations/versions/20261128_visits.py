"""Visits of delegations, with a stop for each place."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_visits"
down_revision = "20261128_opportunities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("project_id", sa.String(length=40), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("follow_ups", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_visits_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_visits_project_id_projects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visits_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visits_project_id"), ["project_id"], unique=False)

    op.create_table(
        "visit_stops",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("visit_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("host_organisation_id", sa.String(length=40), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["host_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_visit_stops_host_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_visit_stops_profile_id_profiles")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_stops_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_stops")),
    )
    with op.batch_alter_table("visit_stops", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visit_stops_host_organisation_id"), ["host_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_visit_stops_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visit_stops", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_stops_visit_id"))
        batch_op.drop_index(batch_op.f("ix_visit_stops_host_organisation_id"))

    op.drop_table("visit_stops")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visits_project_id"))
        batch_op.drop_index(batch_op.f("ix_visits_organisation_id"))

    op.drop_table("visits")
