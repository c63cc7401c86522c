import { App, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { useFieldName } from "./fieldWords";

pageWords(
  "warned",
  {
    title: "已记录，请留意",
    short: "{{name}}：比载体剩余的多，预留照常生效，缺口要另行落实。",
    unknown: "{{name}}：档案没有公布这个数字，无法判断够不够。",
    more_than_whole: "同一月份申报的比它所属的总数还多；总数也申报了才会认定。",
  },
  {
    title: "Entered; please note",
    short: "{{name}}: more than the place has left. The hold stands all the same.",
    unknown: "{{name}}: the profile does not state this figure.",
    more_than_whole: "In the same month more is claimed than of the whole of which it is a part.",
  },
);

/** Shows what does not stand in the way but should be known: the service says it once, where it was asked. */
export function useWarned(): (warnings: Schemas["Warned"][]) => void {
  const { modal } = App.useApp();
  const { t, i18n } = useTranslation();
  const nameOf = useFieldName();
  const words = (one: Schemas["Warned"]) => (i18n.exists(`warned.${one.code}`) ? t(`warned.${one.code}`, { name: nameOf(one.quantity) }) : null);
  return (warnings) => {
    if (warnings.length === 0) return;
    modal.warning({
      title: t("warned.title"),
      content: warnings.map((one) => (
        <div key={one.code + one.quantity} style={{ marginBottom: 8 }}>
          {words(one)}{" "}
          <Typography.Text type="secondary" lang="en">
            {one.detail}
          </Typography.Text>
        </div>
      )),
    });
  };
}
