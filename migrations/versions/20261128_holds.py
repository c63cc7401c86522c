"""Holds, the counters that keep them within what is published, and pools that several sites share."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_holds"
down_revision = "20261128_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capacity_pools",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Float(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.String(length=60), nullable=False),
        sa.Column("held", sa.Float(), nullable=False),
        sa.CheckConstraint("held >= 0 AND held <= capacity", name=op.f("ck_capacity_pools_within_capacity")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_capacity_pools_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_pools")),
    )
    with op.batch_alter_table("capacity_pools", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_capacity_pools_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "capacity_pool_members",
        sa.Column("pool_id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["capacity_pools.id"], name=op.f("fk_capacity_pool_members_pool_id_capacity_pools")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_capacity_pool_members_profile_id_profiles")
        ),
        sa.PrimaryKeyConstraint("pool_id", "profile_id", name=op.f("pk_capacity_pool_members")),
    )
    with op.batch_alter_table("capacity_pool_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capacity_pool_members_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "held_quantities",
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.String(length=60), nullable=False),
        sa.Column("published", sa.Float(), nullable=False),
        sa.Column("held", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "held >= 0 AND held <= published", name=op.f("ck_held_quantities_within_published")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_held_quantities_profile_id_profiles")
        ),
        sa.PrimaryKeyConstraint("profile_id", "quantity", name=op.f("pk_held_quantities")),
    )
    op.create_table(
        "holds",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("project_id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("land_mu", sa.Float(), nullable=True),
        sa.Column("floor_area_m2", sa.Float(), nullable=True),
        sa.Column("power_kva", sa.Float(), nullable=True),
        sa.Column("labour_persons", sa.Float(), nullable=True),
        sa.Column("quantities", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("profile_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("commitments", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'active', 'released', 'expired', 'committed')",
            name=op.f("ck_holds_known_state"),
        ),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_holds_profile_id_profiles")),
        sa.ForeignKeyConstraint(
            ["profile_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_holds_profile_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_holds_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["project_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_holds_project_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_holds_active",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(batch_op.f("ix_holds_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_holds_profile_organisation_id"), ["profile_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_holds_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_holds_project_organisation_id"), ["project_organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_holds_live",
            ["project_id", "profile_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'active')"),
            postgresql_where=sa.text("state IN ('requested', 'active')"),
        )


def downgrade() -> None:

    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index("uq_holds_live")
        batch_op.drop_index(batch_op.f("ix_holds_project_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_holds_project_id"))
        batch_op.drop_index(batch_op.f("ix_holds_profile_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_holds_profile_id"))
        batch_op.drop_index("ix_holds_active")

    op.drop_table("holds")
    op.drop_table("held_quantities")
    with op.batch_alter_table("capacity_pool_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capacity_pool_members_profile_id"))

    op.drop_table("capacity_pool_members")
    with op.batch_alter_table("capacity_pools", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_capacity_pools_organisation_id"))

    op.drop_table("capacity_pools")
