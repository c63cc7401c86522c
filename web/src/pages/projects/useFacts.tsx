import { Flex, Tag, type DescriptionsProps } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { amount } from "../../parts/amounts";
import { useFieldName } from "../../parts/fieldWords";
import { OrganisationName } from "../../parts/organisations";
import { ProjectName } from "../../parts/names";
import { IndustryName, RegionName, useQuantities } from "../../parts/reference";
import { FIGURES } from "./fields";
import "./words";

type Project = Schemas["ProjectRead"];
type Items = NonNullable<DescriptionsProps["items"]>;

/** What there is to say of a project, in groups; what is withheld says so, what is not given is left out. */
export function useFacts(project: Project): { title: string; items: Items }[] {
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const quantities = useQuantities();
  const item = (field: keyof Project, children: ReactNode) => {
    const shown = project.withheld.includes(field) ? t("projects.sealed") : children;
    return shown === null || shown === undefined || shown === "" ? [] : [{ key: field, label: nameOf(field), children: shown }];
  };
  const choice = (field: "move_kind" | "site_mode" | "coating" | "visibility" | "disclosure") =>
    item(field, project[field] && t(`choice.${field}_${project[field]}`));
  const words = (field: "products" | "inputs") =>
    item(field, project[field].length > 0 ? <Tags words={project[field]} /> : null);
  const figures = (group: keyof typeof FIGURES) =>
    Object.entries(FIGURES[group]).flatMap(([name, unit]) => {
      const field = name as keyof Project;
      const value = project[field] as number | null;
      const band = project.bands[name];
      if (value === null && band === undefined) return [];
      return [
        {
          key: name,
          label: nameOf(name),
          children: (
            <Figure text={amount(value, unit, i18n.language, band)} hard={project.must.includes(name)} />
          ),
        },
      ];
    });
  const others = Object.keys({ ...project.quantities, ...project.bands })
    .filter((name) => !(name in FIGURES.money || name in FIGURES.needs || name in FIGURES.ceilings))
    .map((name) => {
      const unit = quantities.find((quantity) => quantity.name === name)?.unit ?? "";
      const value = project.quantities[name] as number | undefined;
      return {
        key: name,
        label: nameOf(name),
        children: (
          <Figure text={amount(value, unit, i18n.language, project.bands[name])} hard={project.must.includes(name)} />
        ),
      };
    });
  const groups = [
    {
      title: t("projects.basic"),
      items: [
        ...item("industry_code", <IndustryName code={project.industry_code} />),
        ...item("origin_region_code", <RegionName code={project.origin_region_code} />),
        ...item("investor_name", project.investor_name),
        ...choice("move_kind"),
        ...words("products"),
        ...words("inputs"),
        ...item("materials", project.materials.length > 0 ? <Tags words={project.materials.map(materialText)} /> : null),
        ...item("description", project.description),
        ...item(
          "incubated_project_id",
          project.incubated_project_id && (
            <ProjectName id={project.incubated_project_id} />
          ),
        ),
      ],
    },
    { title: t("projects.needs"), items: [...choice("site_mode"), ...figures("needs"), ...others] },
    { title: t("projects.ceilings"), items: figures("ceilings") },
    { title: t("projects.money"), items: figures("money") },
    {
      title: t("projects.process"),
      items: [
        ...choice("coating"),
        ...item("fire_class", project.fire_class),
        ...item("is_chemical", project.is_chemical === null ? null : t(project.is_chemical ? "common.yes" : "common.no")),
        ...item("wanted_by", project.wanted_by),
      ],
    },
    {
      title: t("projects.sharing"),
      items: [
        ...choice("visibility"),
        ...choice("disclosure"),
        ...item(
          "shared_with",
          project.shared_with.length > 0
            ? project.shared_with.map((id) => (
                <div key={id}>
                  <OrganisationName id={id} />
                </div>
              ))
            : null,
        ),
        ...item(
          "programmes",
          project.programmes.length > 0 ? project.programmes.map((one) => t(`choice.programme_${one}`)).join(" · ") : null,
        ),
      ],
    },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

function Tags({ words }: { words: string[] }) {
  return (
    <Flex gap={4} wrap>
      {words.map((word) => (
        <Tag key={word}>{word}</Tag>
      ))}
    </Flex>
  );
}

/** A figure, with a mark where the place must meet it. */
function Figure({ text, hard }: { text: string; hard: boolean }) {
  const { t } = useTranslation();
  return (
    <span>
      {text} {hard && <Tag color="red">{t("projects.hard")}</Tag>}
    </span>
  );
}

function materialText(material: Schemas["Material"]): string {
  const { name, quantity_per_year, unit, max_haul_km } = material;
  const amountText = quantity_per_year === null || quantity_per_year === undefined ? "" : ` ${quantity_per_year} ${unit ?? ""}`;
  return `${name}${amountText}${max_haul_km ? ` ≤ ${max_haul_km} km` : ""}`;
}
