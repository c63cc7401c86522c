import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { App, Button, Flex, Form, Modal, type ButtonProps } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { pageWords } from "../i18n/pageWords";
import { waitingIn } from "./approvalsWaiting";
import { fieldErrors } from "./fieldErrors";
import { newKey } from "./newKey";
import { ProblemAlert } from "./ProblemAlert";

pageWords(
  "act",
  {
    done: "已完成",
    waits: "已提交，等待第二人审批",
    waitsWhere: "批准之前不会生效。提交的内容和办理情况在“审批”里。",
    toApproval: "查看这项审批",
    ok: "确定",
  },
  {
    done: "Done",
    waits: "Handed in: a second person has to approve",
    waitsWhere: "Nothing takes effect until then. What you handed in, and what becomes of it, stands under Approvals.",
    toApproval: "Show the approval",
    ok: "OK",
  },
);

/** A change: tells that it was made, or that it waits and where, and reads anew what it has changed. */
export function useChange<V, R>(run: (values: V) => Promise<R>, changes: QueryKey[], then?: (answer: R) => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  const tellWaits = useTellWaits();
  return useMutation({
    mutationFn: run,
    onSuccess: async (answer) => {
      if (!tellWaits(answer)) void message.success(t("act.done"));
      await Promise.all(changes.map((queryKey) => client.invalidateQueries({ queryKey })));
      then?.(answer);
    },
  });
}

/** Says that an answer waits for a second person, and leads there; false where it does not wait. */
export function useTellWaits(): (answer: unknown) => boolean {
  const client = useQueryClient();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const { t } = useTranslation();
  return (answer) => {
    const approval = waitingIn(answer);
    if (approval === null) return false;
    void client.invalidateQueries({ queryKey: ["approvals"] });
    notification.info({
      key: approval.id,
      title: t("act.waits"),
      description: t("act.waitsWhere"),
      duration: 20,
      role: "status",
      actions: (
        <Button
          type="primary"
          onClick={() => {
            notification.destroy(approval.id);
            void navigate(`/approvals?id=${approval.id}`);
          }}
        >
          {t("act.toApproval")}
        </Button>
      ),
    });
    return true;
  };
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
  width?: number;
  children: ReactNode;
}

/** A button that opens a small form in a dialog; what the service refuses stands inside, and at its fields. */
export function FormDialog<V extends object>({ label, title, button, ...more }: FormDialogProps<V>) {
  const [open, setOpen] = useState(false);
  const [times, setTimes] = useState(0);
  const show = () => {
    setTimes((before) => before + 1);
    setOpen(true);
  };
  return (
    <>
      <Button {...button} onClick={show}>
        {label}
      </Button>
      {/* Each time with a form of its own: one that has been closed keeps its lists, and of their rows nothing but the number. */}
      {times > 0 && (
        <OpenedForm<V> key={times} {...more} title={title ?? label} danger={button?.danger} open={open} close={() => setOpen(false)} />
      )}
    </>
  );
}

interface OpenedProps<V> extends Omit<FormDialogProps<V>, "label" | "title" | "button"> {
  title: string;
  danger: boolean | undefined;
  open: boolean;
  close: () => void;
}

function OpenedForm<V extends object>({ title, initial, run, changes, width, children, danger, open, close }: OpenedProps<V>) {
  const { i18n } = useTranslation();
  const [form] = Form.useForm<V>();
  const key = useRef(newKey());
  const change = useChange((values: V) => run(values, key.current), changes, close);
  const stored = JSON.stringify(initial ?? {});
  const shown = useRef(stored);
  useEffect(() => {
    if (shown.current === stored) return;
    shown.current = stored;
    // What was read anew while the dialog is open stands wherever nothing was typed; the text stands for the values.
    const untouched = Object.entries(open ? (initial ?? {}) : {}).filter(([name]) => !form.isFieldsTouched([name as never]));
    form.setFields(untouched.map(([name, value]) => ({ name: name as never, value: value as never, touched: false })));
  }, [stored]);
  const send = (values: V) =>
    change.mutate(values, {
      onError: (error) => {
        // Another body under the same key would be refused, and what was refused was not entered.
        key.current = newKey();
        form.setFields(fieldErrors(error, i18n.language) as Parameters<typeof form.setFields>[0]);
      },
    });
  return (
    <Modal
      open={open}
      title={title}
      destroyOnHidden
      width={width ?? 520}
      onCancel={close}
      onOk={() => form.submit()}
      confirmLoading={change.isPending}
      okButtonProps={{ danger }}
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
  );
}
