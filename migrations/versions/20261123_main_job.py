"""The tables of the main job: reference data, organisations, keys, projects, profiles, models."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "20261123_main_job"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("key_id", sa.String(length=40), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index("ix_audit_events_noun_noun_id", ["noun", "noun_id"], unique=False)

    op.create_table(
        "catalogue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("rule_pack", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue")),
    )
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("noun", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index("ix_changes_revision", ["revision"], unique=False)

    op.create_table(
        "industries",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_code", sa.String(length=5), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["industries.code"], name=op.f("fk_industries_parent_code_industries")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_industries")),
    )
    with op.batch_alter_table("industries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_industries_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "models",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("version", name=op.f("uq_models_version")),
    )
    op.create_table(
        "quantities",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("unit_zh", sa.String(length=20), nullable=False),
        sa.Column("test", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("maximum", sa.Float(), nullable=False),
        sa.Column("actionable", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("is_field", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_quantities")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_code", sa.String(length=6), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("area_km2", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code_regions")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regions_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("audit_sequence", sa.BigInteger(), nullable=False),
        sa.Column("audit_head", sa.String(length=64), nullable=False),
        sa.Column("signing_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state")),
    )
    op.create_table(
        "organisations",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("parent_organisation_id", sa.String(length=40), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisations_parent_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["regions.code"], name=op.f("fk_organisations_region_code_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_region_code"), ["region_code"], unique=False)

    op.create_table(
        "pairings",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supporting_region_code", sa.String(length=6), nullable=False),
        sa.Column("partner_region_code", sa.String(length=6), nullable=False),
        sa.Column("programme", sa.String(length=12), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=5000), nullable=True),
        sa.Column("source", sa.String(length=5000), nullable=True),
        sa.Column("entered_by_region_code", sa.String(length=6), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_region_code"],
            ["regions.code"],
            name=op.f("fk_pairings_entered_by_region_code_regions"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_region_code"], ["regions.code"], name=op.f("fk_pairings_partner_region_code_regions")
        ),
        sa.ForeignKeyConstraint(
            ["supporting_region_code"],
            ["regions.code"],
            name=op.f("fk_pairings_supporting_region_code_regions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
        sa.UniqueConstraint(
            "supporting_region_code",
            "partner_region_code",
            "programme",
            name=op.f("uq_pairings_supporting_region_code_partner_region_code_programme"),
        ),
    )
    with op.batch_alter_table("pairings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pairings_partner_region_code"), ["partner_region_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pairings_supporting_region_code"), ["supporting_region_code"], unique=False
        )

    op.create_table(
        "zones",
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("approval_level", sa.String(length=12), nullable=False),
        sa.Column("zone_type", sa.String(length=40), nullable=False),
        sa.Column("approved", sa.String(length=7), nullable=False),
        sa.Column("approved_area_ha", sa.Float(), nullable=True),
        sa.Column("leading_industries", sa.JSON(), nullable=False),
        sa.Column("industry_codes", sa.JSON(), nullable=False),
        sa.Column("location_match", sa.String(length=12), nullable=False),
        sa.Column("leading_text", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_zones_region_code_regions")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_zones")),
    )
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zones_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_zones_region_code"), ["region_code"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_api_keys_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_keys_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "profiles",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("home_region_codes", sa.JSON(), nullable=False),
        sa.Column("enclave_direction", sa.String(length=8), nullable=True),
        sa.Column("enclave_purpose", sa.String(length=16), nullable=True),
        sa.Column("site_name", sa.String(), nullable=True),
        sa.Column("site_kind", sa.String(length=20), nullable=False),
        sa.Column("zone_code", sa.String(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("land_mu", sa.Float(), nullable=True),
        sa.Column("floor_area_m2", sa.Float(), nullable=True),
        sa.Column("power_kva", sa.Float(), nullable=True),
        sa.Column("labour_persons", sa.Float(), nullable=True),
        sa.Column("quantities", sa.JSON(), nullable=False),
        sa.Column("land_use", sa.String(length=2), nullable=True),
        sa.Column("land_price_10k_cny_per_mu", sa.Float(), nullable=True),
        sa.Column("rent_cny_per_m2_month", sa.Float(), nullable=True),
        sa.Column("tariff_cny_per_kwh", sa.Float(), nullable=True),
        sa.Column("wage_cny_per_month", sa.Float(), nullable=True),
        sa.Column("leading_industries", sa.JSON(), nullable=False),
        sa.Column("industry_codes", sa.JSON(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("min_investment_10k_cny_per_mu", sa.Float(), nullable=True),
        sa.Column("min_tax_10k_cny_per_mu", sa.Float(), nullable=True),
        sa.Column("min_tax_cny_per_m2", sa.Float(), nullable=True),
        sa.Column("max_energy_tce_per_10k_cny", sa.Float(), nullable=True),
        sa.Column("restricted_industries", sa.JSON(), nullable=False),
        sa.Column("is_chemical_park", sa.Boolean(), nullable=True),
        sa.Column("environment_unit", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("restricted_fields", sa.JSON(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("description", sa.String(length=5000), nullable=True),
        sa.Column("land_ready_on", sa.Date(), nullable=True),
        sa.Column("power_ready_on", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=True),
        sa.Column("entered_by_organisation_id", sa.String(length=40), nullable=True),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entered_by_organisation_id"],
            ["organisations.id"],
            name=op.f("fk_profiles_entered_by_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_profiles_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["regions.code"], name=op.f("fk_profiles_region_code_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
    )
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profiles_entered_by_organisation_id"), ["entered_by_organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_profiles_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_profiles_region_code"), ["region_code"], unique=False)

    op.create_table(
        "projects",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("investor_name", sa.String(), nullable=True),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("industry_code", sa.String(length=5), nullable=False),
        sa.Column("origin_region_code", sa.String(length=6), nullable=False),
        sa.Column("move_kind", sa.String(length=20), nullable=True),
        sa.Column("fixed_investment_10k_cny", sa.Float(), nullable=True),
        sa.Column("annual_output_10k_cny", sa.Float(), nullable=True),
        sa.Column("annual_value_added_10k_cny", sa.Float(), nullable=True),
        sa.Column("annual_tax_10k_cny", sa.Float(), nullable=True),
        sa.Column("annual_energy_tce", sa.Float(), nullable=True),
        sa.Column("annual_electricity_kwh", sa.Float(), nullable=True),
        sa.Column("site_mode", sa.String(length=8), nullable=False),
        sa.Column("land_mu", sa.Float(), nullable=True),
        sa.Column("floor_area_m2", sa.Float(), nullable=True),
        sa.Column("power_kva", sa.Float(), nullable=True),
        sa.Column("labour_persons", sa.Float(), nullable=True),
        sa.Column("quantities", sa.JSON(), nullable=False),
        sa.Column("max_land_price_10k_cny_per_mu", sa.Float(), nullable=True),
        sa.Column("max_rent_cny_per_m2_month", sa.Float(), nullable=True),
        sa.Column("max_tariff_cny_per_kwh", sa.Float(), nullable=True),
        sa.Column("max_wage_cny_per_month", sa.Float(), nullable=True),
        sa.Column("must", sa.JSON(), nullable=False),
        sa.Column("coating", sa.String(length=8), nullable=True),
        sa.Column("fire_class", sa.String(length=1), nullable=True),
        sa.Column("is_chemical", sa.Boolean(), nullable=True),
        sa.Column("incubated_project_id", sa.String(length=40), nullable=True),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("shared_with", sa.JSON(), nullable=False),
        sa.Column("disclosure", sa.String(length=8), nullable=False),
        sa.Column("description", sa.String(length=5000), nullable=True),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incubated_project_id"], ["projects.id"], name=op.f("fk_projects_incubated_project_id_projects")
        ),
        sa.ForeignKeyConstraint(
            ["industry_code"], ["industries.code"], name=op.f("fk_projects_industry_code_industries")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_projects_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["origin_region_code"], ["regions.code"], name=op.f("fk_projects_origin_region_code_regions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
    )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_projects_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "retries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_retries_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retries")),
        sa.UniqueConstraint(
            "organisation_id",
            "route",
            "idempotency_key",
            name=op.f("uq_retries_organisation_id_route_idempotency_key"),
        ),
    )
    with op.batch_alter_table("retries", schema=None) as batch_op:
        batch_op.create_index("ix_retries_created_at", ["created_at"], unique=False)

    op.create_table(
        "profile_versions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("profile_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_profile_versions_profile_id_profiles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_versions")),
        sa.UniqueConstraint("profile_id", "version", name=op.f("uq_profile_versions_profile_id_version")),
    )
    with op.batch_alter_table("profile_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profile_versions_profile_id"), ["profile_id"], unique=False)

    # The singleton row, with the key that signs page cursors: one for all workers.
    state = sa.table(
        "state",
        sa.column("id"),
        sa.column("revision"),
        sa.column("audit_sequence"),
        sa.column("audit_head"),
        sa.column("signing_key"),
    )
    op.execute(
        sa.insert(state).values(
            id=1, revision=0, audit_sequence=0, audit_head="", signing_key=secrets.token_hex(32)
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("profile_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_versions_profile_id"))

    op.drop_table("profile_versions")
    with op.batch_alter_table("retries", schema=None) as batch_op:
        batch_op.drop_index("ix_retries_created_at")

    op.drop_table("retries")
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_organisation_id"))

    op.drop_table("projects")
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profiles_region_code"))
        batch_op.drop_index(batch_op.f("ix_profiles_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_profiles_entered_by_organisation_id"))

    op.drop_table("profiles")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_keys_organisation_id"))

    op.drop_table("api_keys")
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_zones_region_code"))
        batch_op.drop_index(batch_op.f("ix_zones_code"))

    op.drop_table("zones")
    with op.batch_alter_table("pairings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairings_supporting_region_code"))
        batch_op.drop_index(batch_op.f("ix_pairings_partner_region_code"))

    op.drop_table("pairings")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_region_code"))

    op.drop_table("organisations")
    op.drop_table("state")
    with op.batch_alter_table("regions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regions_parent_code"))

    op.drop_table("regions")
    op.drop_table("quantities")
    op.drop_table("models")
    with op.batch_alter_table("industries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_industries_parent_code"))

    op.drop_table("industries")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index("ix_changes_revision")

    op.drop_table("changes")
    op.drop_table("catalogue")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_noun_noun_id")

    op.drop_table("audit_events")
