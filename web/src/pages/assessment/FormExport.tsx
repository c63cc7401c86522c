import { PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ExportButton } from "../../parts/ExportButton";
import type { Assessment } from "./risks";

interface Props {
  year: number;
  query: { programme: Assessment["programme"]; period: Assessment["period"]; organisation_id: string | undefined; pairing_id: string | undefined; years_back: number | undefined };
}

/** The form as a workbook where the service makes one; printing the page is always possible. */
export function FormExport({ year, query }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["export-kinds"],
    queryFn: () => dataOf(api.GET("/v1/export-kinds", { params: { query: { limit: 100 } } })),
    staleTime: Infinity,
  });
  const kind = data?.items.find((one) => one.kind.startsWith("assessment"));
  const parameters = { year, programme: query.programme, period: query.period, organisation_id: query.organisation_id, pairing_id: query.pairing_id, years_back: query.years_back };
  return (
    <>
      {kind && (
        <ExportButton
          key={JSON.stringify(parameters)}
          what={{ kind: kind.kind as Schemas["ExportWrite"]["kind"], format: "xlsx", parameters }}
        >
          {t("assess.export")}
        </ExportButton>
      )}
      <Tooltip title={data && !kind ? t("assess.noForm") : undefined}>
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t("assess.print")}
        </Button>
      </Tooltip>
    </>
  );
}
