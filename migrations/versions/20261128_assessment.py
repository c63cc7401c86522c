"""Assessment: packs of indicators, targets, bulletins, submissions."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_assessment"
down_revision = "20261128_ledger"
branch_labels = None
depends_on = None
_SCOPE = ["organisation_id", "programme", "pairing_id", "year", "period", "indicator"]


def upgrade() -> None:
    op.create_table(
        "indicator_packs",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("outlook", sa.JSON(), nullable=False),
        sa.Column("indicators", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) = (year IS NULL)",
            name=op.f("ck_indicator_packs_year_where_set"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_indicator_packs_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_packs")),
    )
    with op.batch_alter_table("indicator_packs", schema=None) as batch_op:
        batch_op.create_index(
            "uq_indicator_packs_year",
            ["organisation_id", "programme", "year"],
            unique=True,
            sqlite_where=sa.text("organisation_id IS NOT NULL"),
            postgresql_where=sa.text("organisation_id IS NOT NULL"),
        )
    op.create_table(
        "targets",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("set_by_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("pairing_id", sa.String(length=40), nullable=True),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=100), nullable=False),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_targets_not_negative")),
        sa.ForeignKeyConstraint(
            ["set_by_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_targets_set_by_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_targets_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairings.id"], name=op.f("fk_targets_pairing_id_pairings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    with op.batch_alter_table("targets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_targets_set_by_organisation_id"), ["set_by_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_targets_pairing_id"), ["pairing_id"], unique=False)
        batch_op.create_index(
            "ix_targets_programme_year_period", ["programme", "year", "period"], unique=False
        )
        batch_op.create_index(
            "uq_targets_whole",
            [name for name in _SCOPE if name != "pairing_id"],
            unique=True,
            sqlite_where=sa.text("pairing_id IS NULL"),
            postgresql_where=sa.text("pairing_id IS NULL"),
        )
        batch_op.create_index(
            "uq_targets_pairing",
            _SCOPE,
            unique=True,
            sqlite_where=sa.text("pairing_id IS NOT NULL"),
            postgresql_where=sa.text("pairing_id IS NOT NULL"),
        )
    op.create_table(
        "bulletins",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_bulletins_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    with op.batch_alter_table("bulletins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulletins_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_bulletins_programme_year_period", ["programme", "year", "period"], unique=False
        )
    op.create_table(
        "bulletin_ranks",
        sa.Column("bulletin_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            'rank >= 1 AND ("of" IS NULL OR rank <= "of")', name=op.f("ck_bulletin_ranks_one_of_them")
        ),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name=op.f("fk_bulletin_ranks_bulletin_id_bulletins")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_bulletin_ranks_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "number", name=op.f("pk_bulletin_ranks")),
    )
    with op.batch_alter_table("bulletin_ranks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bulletin_ranks_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "submissions",
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("pairing_id", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("submitted_by_person_id", sa.String(length=40), nullable=True),
        sa.Column("approved_by_person_id", sa.String(length=40), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_submissions_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairings.id"], name=op.f("fk_submissions_pairing_id_pairings")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_person_id"],
            ["people.id"],
            name=op.f("fk_submissions_submitted_by_person_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_person_id"], ["people.id"], name=op.f("fk_submissions_approved_by_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_submissions_scope",
            ["organisation_id", "programme", "year", "period", "pairing_id"],
            unique=False,
        )
    op.create_table(
        "shortfalls",
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("risk", sa.String(length=16), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_shortfalls_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "programme", "year", "period", "indicator", name=op.f("pk_shortfalls")
        ),
    )


def downgrade() -> None:
    op.drop_table("shortfalls")
    op.drop_table("submissions")
    op.drop_table("bulletin_ranks")
    op.drop_table("bulletins")
    op.drop_table("targets")
    op.drop_table("indicator_packs")
