import { DatePicker, Form, Input, Select } from "antd";
import type { Dayjs } from "dayjs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { dayOf } from "../../parts/dates";
import { useSession } from "../../shell/session";

export interface KeyValues {
  name: string;
  scopes?: Schemas["Permission"][];
  expires?: Dayjs | null;
}

/** What every new key is given, a person's or a program's; `children` come behind its name. */
export function KeyFields({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  const { permissions } = useSession();
  return (
    <>
      <Form.Item name="name" label={t("admin.name")} rules={[{ required: true, whitespace: true, message: t("common.required") }]}>
        <Input maxLength={200} />
      </Form.Item>
      {children}
      <Form.Item name="scopes" label={t("admin.scopes")}>
        <Select mode="multiple" placeholder={t("admin.allScopes")} options={permissions.map((one) => ({ value: one, label: one }))} />
      </Form.Item>
      <Form.Item name="expires" label={t("admin.expires")}>
        <DatePicker style={{ width: "100%" }} />
      </Form.Item>
    </>
  );
}

/** The body of a new key; it opens doors until its last day is over in China. */
export function keyBody({ name, scopes, expires }: KeyValues) {
  return { name, scopes: scopes ?? [], expires_at: expires ? `${dayOf(expires)}T23:59:59+08:00` : null };
}
