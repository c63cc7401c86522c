"""The ledger: measures, entries, and under which pairing what a joint record brought counts."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_ledger"
down_revision = "20261128_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measures",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("unit_zh", sa.String(length=20), nullable=False),
        sa.Column("nature", sa.String(length=8), nullable=False),
        sa.Column("with_component", sa.Boolean(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Float(), nullable=False),
        sa.Column("at_most", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_measures")),
    )
    op.create_table(
        "counted_under",
        sa.Column("opportunity_id", sa.String(length=40), nullable=False),
        sa.Column("pairing_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_counted_under_opportunity_id_opportunities"),
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairings.id"], name=op.f("fk_counted_under_pairing_id_pairings")
        ),
        sa.PrimaryKeyConstraint("opportunity_id", name=op.f("pk_counted_under")),
        sa.UniqueConstraint(
            "opportunity_id", "pairing_id", name=op.f("uq_counted_under_opportunity_id_pairing_id")
        ),
    )
    _entries()


def _entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("component", sa.String(length=16), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("separate", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("entered_by_organisation_id", sa.String(length=40), nullable=False),
        sa.Column("opportunity_id", sa.String(length=40), nullable=True),
        sa.Column("living_opportunity_id", sa.String(length=40), nullable=True),
        sa.Column("pairing_id", sa.String(length=40), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("supporting_region_code", sa.String(length=6), nullable=False),
        sa.Column("partner_region_code", sa.String(length=6), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        # Millionths of the measure's unit: whole numbers, which neither database rounds.
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reversed_amount", sa.BigInteger(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("eligible_share", sa.BigInteger(), nullable=True),
        sa.Column("recognised_amount", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=5000), nullable=True),
        sa.Column("rejection_reason", sa.String(length=5000), nullable=True),
        sa.Column("confirmed_by_organisation_id", sa.String(length=40), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_organisation_id", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('claimed', 'confirmed', 'recognised', 'rejected')",
            name=op.f("ck_ledger_entries_known_state"),
        ),
        sa.CheckConstraint(
            "component IN ('fixed_asset', 'land', 'working_capital')",
            name=op.f("ck_ledger_entries_known_component"),
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL AND amount >= 0 AND reversed_amount >= 0 AND reversed_amount <= amount)"
            " OR (reverses_id IS NOT NULL AND amount < 0 AND reversed_amount = 0)",
            name=op.f("ck_ledger_entries_never_more_than_is_left"),
        ),
        sa.CheckConstraint(
            "(state = 'recognised') = (recognised_amount IS NOT NULL)"
            " AND (state = 'recognised') = (eligible_share IS NOT NULL)",
            name=op.f("ck_ledger_entries_share_where_recognised"),
        ),
        sa.CheckConstraint(
            "recognised_amount IS NULL"
            " OR (amount >= 0 AND recognised_amount >= 0 AND recognised_amount <= amount)"
            " OR (amount < 0 AND recognised_amount <= 0 AND recognised_amount >= amount)",
            name=op.f("ck_ledger_entries_recognised_within_claimed"),
        ),
        sa.CheckConstraint(
            "eligible_share >= 0 AND eligible_share <= 1000000",
            name=op.f("ck_ledger_entries_share_of_one"),
        ),
        sa.CheckConstraint(
            "(state = 'rejected') = (rejection_reason IS NOT NULL)",
            name=op.f("ck_ledger_entries_reason_where_rejected"),
        ),
        sa.CheckConstraint(
            "living_opportunity_id = opportunity_id",
            name=op.f("ck_ledger_entries_living_of_its_own_record"),
        ),
        *_references(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_alike", ["measure", "occurred_on", "amount"], unique=False)
        for name in (
            "opportunity_id",
            "organisation_id",
            "pairing_id",
            "partner_region_code",
            "reverses_id",
            "supporting_region_code",
        ):
            batch_op.create_index(batch_op.f(f"ix_ledger_entries_{name}"), [name], unique=False)


def _references() -> list[sa.ForeignKeyConstraint]:
    refers_to = {
        "organisation_id": "organisations.id",
        "entered_by_organisation_id": "organisations.id",
        "confirmed_by_organisation_id": "organisations.id",
        "decided_by_organisation_id": "organisations.id",
        "opportunity_id": "opportunities.id",
        "pairing_id": "pairings.id",
        "measure": "measures.name",
        "supporting_region_code": "regions.code",
        "partner_region_code": "regions.code",
        "reverses_id": "ledger_entries.id",
    }
    found = [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_ledger_entries_{column}_{target.partition('.')[0]}")
        )
        for column, target in refers_to.items()
    ]
    both = ["opportunity_id", "pairing_id"]
    living = sa.ForeignKeyConstraint(
        ["living_opportunity_id", "pairing_id"],
        [f"counted_under.{name}" for name in both],
        name=op.f("fk_ledger_entries_counted_under"),
    )
    return [*found, living]


def downgrade() -> None:
    op.drop_table("ledger_entries")
    op.drop_table("counted_under")
    op.drop_table("measures")
