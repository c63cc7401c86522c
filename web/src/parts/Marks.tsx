import { Tag } from "antd";
import { useTranslation } from "react-i18next";

/** A synthetic figure wears its mark wherever it is shown. */
export function SyntheticMark({ is }: { is: boolean | undefined }) {
  const { t } = useTranslation();
  return is ? <Tag color="volcano">{t("common.synthetic")}</Tag> : null;
}

/** What a bureau has entered and the county has not confirmed yet. */
export function UnconfirmedMark({ is }: { is: boolean | undefined }) {
  const { t } = useTranslation();
  return is ? <Tag color="gold">{t("common.unconfirmed")}</Tag> : null;
}
