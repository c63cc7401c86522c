import { Form } from "antd";
import type { Schemas } from "../../api/client";
import { changedMeanwhile, put, type Change } from "../../parts/changedMeanwhile";
import { Meanwhile } from "../../parts/Meanwhile";
import { ADDED, toBody, toForm, type FormValues } from "./fields";

type Project = Schemas["ProjectRead"];

/** What somebody else has changed of the project while it was being typed in, beside what stands in the form. */
export function ProjectMeanwhile({ origin, read, seen }: { origin: Project; read: Project; seen: () => void }) {
  const form = Form.useFormInstance<FormValues>();
  // Drawn anew whenever something is typed, and only while this is shown.
  const typed = Form.useWatch([], form) as FormValues | undefined;
  const body = toBody({ ...toForm(read), ...typed });
  const take = ({ path, after }: Change) => {
    const { quantities, ...fields } = put(body, path, after);
    const [field] = path;
    const rows = Object.entries(quantities ?? {}).map(([name, value]) => ({ name, value: Number(value) }));
    form.setFieldsValue((field === "quantities" ? { quantities: rows } : { [field]: fields[field as keyof typeof fields] }) as never);
  };
  return <Meanwhile changes={changedMeanwhile(origin, read, body, ADDED)} take={take} seen={seen} />;
}
