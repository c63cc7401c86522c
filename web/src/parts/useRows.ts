import { Form } from "antd";
import { useEffect } from "react";

/** Fills lists of rows as their dialog opens: when it is closed Ant Design keeps the rows and forgets what is in them. */
export function useRows(lists: Record<string, unknown[] | undefined>): void {
  const form = Form.useFormInstance();
  useEffect(() => {
    for (const [name, rows] of Object.entries(lists)) form.setFieldValue(name, rows ?? []);
    // As it opens, and not again: what has been typed stands.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}
