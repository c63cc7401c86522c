import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keptKey, Refused, type Problem, type Schemas } from "../api/client";
import { pageWords } from "../i18n/pageWords";
import { instant } from "./dates";
import { fieldSentence } from "./fieldErrors";
import { detailOf, nextStepOf, remedyOf, titleOf } from "./problems";

pageWords(
  "problem",
  {
    reload: "读取最新内容",
    reloaded: "已读取最新内容。请核对后再提交一次。",
    unsaved: "您填写的内容尚未保存。",
    signIn: "去登录",
    retry: "重试",
    next: "下一步：",
    allowed: "现在可以：",
    nextEnds: "最近一笔预留到期：{{at}}",
  },
  {
    reload: "Read what it is now",
    reloaded: "This is what it is now. Look at it, and send yours again.",
    unsaved: "What you have entered is not stored yet.",
    signIn: "Sign in",
    retry: "Try again",
    next: "What to do next: ",
    allowed: "Possible now: ",
    nextEnds: "The next hold ends at {{at}}",
  },
);

interface Props {
  error: unknown;
  /** What is tried anew where the service was only busy or away. */
  retry?: () => void;
  /** What a place of the request is called, where the last part of its pointer is no field that has a name. */
  nameOf?: (pointer: string) => string | null;
}

/** What went wrong, what one can do about it, and the number that an operator finds it by. */
export function ProblemAlert({ error, retry, nameOf }: Props) {
  const { t, i18n } = useTranslation();
  const [readAnew, setReadAnew] = useState<unknown>(null);
  if (error === null || error === undefined) return null;
  if (readAnew === error) return <Alert type="info" showIcon role="status" title={t("problem.reloaded")} />;
  if (!(error instanceof Refused)) return <Unreached error={error} retry={retry} />;
  const { problem } = error;
  const detail = detailOf(problem, i18n.language);
  const next = nextStepOf(problem, i18n.language);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={titleOf(problem, i18n.language) || t("common.problem")}
      description={
        <Flex vertical gap={6}>
          {detail && <span lang="en">{detail}</span>}
          <Fields problem={problem} nameOf={nameOf} />
          <More problem={problem} />
          {next && (
            <span>
              <strong style={{ fontWeight: 500 }}>{t("problem.next")}</strong>
              {next}
            </span>
          )}
          <Remedy problem={problem} retry={retry} onReload={() => setReadAnew(error)} />
          <Typography.Text
            type="secondary"
            copyable={problem.request_id ? { text: problem.request_id } : false}
            style={{ fontSize: 12, overflowWrap: "anywhere" }}
          >
            {problem.code}
            {problem.request_id && ` · ${t("common.requestId")} ${problem.request_id}`}
          </Typography.Text>
        </Flex>
      }
    />
  );
}

function Unreached({ error, retry }: Pick<Props, "error" | "retry">) {
  const { t } = useTranslation();
  // A failed fetch is a TypeError in every browser; whatever else comes here says itself what it is.
  const away = error instanceof TypeError;
  const said = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={away ? t("common.offline") : said}
      description={away && retry && <Button onClick={retry}>{t("problem.retry")}</Button>}
    />
  );
}

/** What is wrong with a field; below the Chinese sentence the service's own, which may hold figures. */
export function FieldProblem({ field }: { field: Pick<Schemas["ProblemField"], "code" | "detail"> }) {
  const { i18n } = useTranslation();
  const said = fieldSentence(field, i18n.language);
  return (
    <>
      {said}
      {said !== field.detail && (
        <Typography.Text type="secondary" lang="en" style={{ fontSize: 12 }}>
          {" "}
          {field.detail}
        </Typography.Text>
      )}
    </>
  );
}

function Fields({ problem, nameOf }: { problem: Problem } & Pick<Props, "nameOf">) {
  const { t, i18n } = useTranslation();
  const errors = problem.errors ?? [];
  if (errors.length === 0) return null;
  const called = (pointer: string) => {
    const last = pointer.split("/").at(-1) ?? "";
    return nameOf?.(pointer) ?? (i18n.exists(`field.${last}`) ? t(`field.${last}`) : null);
  };
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {errors.map((field, place) => (
        <li key={place}>
          {called(field.pointer) && <strong>{called(field.pointer)} </strong>}
          {field.pointer && <Typography.Text code>{field.pointer}</Typography.Text>} <FieldProblem field={field} />
        </li>
      ))}
    </ul>
  );
}

/** What a program would read: which steps are possible now, and when there is room again. */
function More({ problem }: { problem: Problem }) {
  const { t, i18n } = useTranslation();
  const steps = (problem.allowed ?? []).map((step) => (i18n.exists(`choice.stage_${step}`) ? t(`choice.stage_${step}`) : step));
  return (
    <>
      {steps.length > 0 && <span>{t("problem.allowed") + steps.join(i18n.language === "en" ? ", " : "、")}</span>}
      {problem.next_hold_ends_at && <span>{t("problem.nextEnds", { at: instant(problem.next_hold_ends_at) })}</span>}
    </>
  );
}

function Remedy({ problem, retry, onReload }: { problem: Problem; retry: (() => void) | undefined; onReload: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const remedy = remedyOf(problem);
  if (remedy === "reload")
    return (
      <Flex gap={8} align="center" wrap>
        <Button
          loading={busy}
          onClick={() => {
            setBusy(true);
            // Everything that is shown: what was changed may stand in more than one place.
            void client.invalidateQueries({ refetchType: "active" }).finally(() => {
              setBusy(false);
              onReload();
            });
          }}
        >
          {t("problem.reload")}
        </Button>
        <span>{t("problem.unsaved")}</span>
      </Flex>
    );
  if (remedy === "sign_in")
    return (
      <div>
        <Button
          onClick={() => {
            keptKey.clear();
            client.setQueryData(["session"], null);
          }}
        >
          {t("problem.signIn")}
        </Button>
      </div>
    );
  if (remedy === "retry" && retry)
    return (
      <div>
        <Button onClick={retry}>{t("problem.retry")}</Button>
      </div>
    );
  return null;
}
