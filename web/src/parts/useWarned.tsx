import { App } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { pageWords } from "../i18n/pageWords";

pageWords("warned", { title: "已记录，请留意" }, { title: "Entered; please note" });

/** Shows what does not stand in the way but should be known: the service says it once, where it was asked. */
export function useWarned(): (warnings: Schemas["Warned"][]) => void {
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return (warnings) => {
    if (warnings.length === 0) return;
    modal.warning({
      title: t("warned.title"),
      content: (
        <>
          {warnings.map((one) => (
            <p key={one.code + one.quantity}>{one.detail}</p>
          ))}
        </>
      ),
    });
  };
}
