"""Terms by which home and host share an enclave."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_enclave_terms"
down_revision = "20261128_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enclave_terms",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("home_tax_share", sa.Float(), nullable=True),
        sa.Column("host_tax_share", sa.Float(), nullable=True),
        sa.Column("home_output_share", sa.Float(), nullable=True),
        sa.Column("host_output_share", sa.Float(), nullable=True),
        sa.Column("home_energy_share", sa.Float(), nullable=True),
        sa.Column("host_energy_share", sa.Float(), nullable=True),
        sa.Column("village_investments", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=5000), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("agreed_by_home_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by_host_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_enclave_terms_profile_id_profiles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclave_terms")),
        sa.UniqueConstraint("profile_id", name=op.f("uq_enclave_terms_profile_id")),
    )


def downgrade() -> None:
    op.drop_table("enclave_terms")
