import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { App, Button, Flex, Form, Modal, type ButtonProps } from "antd";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { pageWords } from "../i18n/pageWords";
import { fieldErrors } from "./fieldErrors";
import { newKey } from "./newKey";
import { ProblemAlert } from "./ProblemAlert";

pageWords(
  "act",
  { done: "已完成", waits: "已提交，等待第二人审批", ok: "确定" },
  { done: "Done", waits: "Handed in: a second person has to approve", ok: "OK" },
);

/** Whether an answer is an approval that still waits, in place of what was asked for. */
function waits(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "submitted_by_person_id" in answer;
}

/** A change: tells that it was made, and reads anew what it has changed. */
export function useChange<V, R>(run: (values: V) => Promise<R>, changes: QueryKey[], then?: (answer: R) => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: run,
    onSuccess: async (answer) => {
      void message.success(t(waits(answer) ? "act.waits" : "act.done"));
      await Promise.all(changes.map((queryKey) => client.invalidateQueries({ queryKey })));
      then?.(answer);
    },
  });
}

interface ActProps {
  label: string;
  /** What happens if it is confirmed. */
  sentence: ReactNode;
  run: () => Promise<unknown>;
  changes: QueryKey[];
  button?: ButtonProps;
}

/** A button for a step of some weight: says what happens, and does it once that is confirmed. */
export function ActButton({ label, sentence, run, changes, button }: ActProps) {
  const [open, setOpen] = useState(false);
  const change = useChange(run, changes, () => setOpen(false));
  const show = () => {
    change.reset();
    setOpen(true);
  };
  return (
    <>
      <Button {...button} onClick={show}>
        {label}
      </Button>
      <Modal
        open={open}
        title={label}
        onCancel={() => setOpen(false)}
        onOk={() => change.mutate(undefined)}
        confirmLoading={change.isPending}
        okButtonProps={{ danger: button?.danger }}
      >
        <Flex vertical gap={12}>
          <div>{sentence}</div>
          <ProblemAlert error={change.error} />
        </Flex>
      </Modal>
    </>
  );
}

interface FormDialogProps<V> {
  label: string;
  title?: string;
  initial?: Partial<V>;
  /** Gets a key that stays the same while the same dialog is tried again, so that nothing is entered twice. */
  run: (values: V, idempotencyKey: string) => Promise<unknown>;
  changes: QueryKey[];
  button?: ButtonProps;
  children: ReactNode;
}

/** A button that opens a small form in a dialog; what the service refuses stands inside, and at its fields. */
export function FormDialog<V extends object>(props: FormDialogProps<V>) {
  const { label, title, initial, run, changes, button, children } = props;
  const { i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const [form] = Form.useForm<V>();
  const key = useRef("");
  const change = useChange((values: V) => run(values, key.current), changes, () => setOpen(false));
  const show = () => {
    key.current = newKey();
    change.reset();
    setOpen(true);
  };
  const send = (values: V) =>
    change.mutate(values, {
      onError: (error) => {
        // Another body under the same key would be refused, and what was refused was not entered.
        key.current = newKey();
        form.setFields(fieldErrors(error, i18n.language) as Parameters<typeof form.setFields>[0]);
      },
    });
  return (
    <>
      <Button {...button} onClick={show}>
        {label}
      </Button>
      <Modal
        open={open}
        title={title ?? label}
        destroyOnHidden
        onCancel={() => setOpen(false)}
        onOk={() => form.submit()}
        confirmLoading={change.isPending}
        okButtonProps={{ danger: button?.danger }}
      >
        <Form<V> form={form} layout="vertical" initialValues={initial} onFinish={send} preserve={false}>
          {children}
          {change.error !== null && (
            // A long form would keep what was refused below its edge.
            <div ref={(node) => node?.scrollIntoView({ block: "nearest" })}>
              <ProblemAlert error={change.error} />
            </div>
          )}
        </Form>
      </Modal>
    </>
  );
}
