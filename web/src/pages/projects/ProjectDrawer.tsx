import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Flex, Form, theme, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, dataOf, Refused, type Schemas } from "../../api/client";
import { fieldErrors } from "../../parts/fieldErrors";
import { SyntheticMark } from "../../parts/Marks";
import { newKey } from "../../parts/newKey";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { rebased, same } from "../../parts/rebased";
import { useMay } from "../../shell/session";
import { Basic, Figures, Needs, Process, Sharing } from "./FormSections";
import { BLANK, placeOf, toBody, toForm, type FormValues } from "./fields";
import { ProjectMeanwhile } from "./ProjectMeanwhile";
import "./words";

type Project = Schemas["ProjectRead"];

interface Props {
  open: boolean;
  /** The project that is changed, with the tag of the state it was read in; none for a new one. */
  stored?: { data: Project; etag: string | null };
  onClose: () => void;
  onSaved: (project: Project) => void;
}

/** The form of a project. The service judges it; each of its objections is shown at the field concerned. */
export function ProjectDrawer({ open, stored, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      size={720}
      destroyOnHidden
      title={t(stored ? "projects.change" : "projects.new")}
      styles={{ wrapper: { maxWidth: "100vw" } }}
    >
      <ProjectForm stored={stored} onClose={onClose} onSaved={onSaved} />
    </Drawer>
  );
}

function ProjectForm({ stored, onClose, onSaved }: Omit<Props, "open">) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const { token } = theme.useToken();
  const [form] = Form.useForm<FormValues>();
  const client = useQueryClient();
  const mayRank = useMay("matches:read");
  // The same body sent twice (a lost answer) makes one project; another body is another request.
  const sent = useRef({ body: "", key: "" });

  // What was typed goes over what is read anew; a body of the old values would undo what somebody else has changed.
  const [known, know] = useState({ origin: stored?.data, read: stored?.data });
  useEffect(() => {
    if (stored === undefined || known.read === undefined || stored.data.version <= known.read.version) return;
    const before = toForm(known.read);
    const typed = { ...before, ...form.getFieldsValue(true) } as FormValues;
    form.setFieldsValue(rebased(before, toForm(stored.data), typed) as never);
    know({ origin: same(toBody(typed), toBody(before)) ? stored.data : known.origin, read: stored.data });
  }, [stored, known, form]);

  const values = () => ({ ...(stored ? toForm(stored.data) : BLANK), ...form.getFieldsValue(true) }) as FormValues;
  const keyOf = (body: string) => {
    if (sent.current.body !== body) sent.current = { body, key: newKey() };
    return sent.current.key;
  };
  const showErrors = (error: unknown) => {
    const errors = fieldErrors(error, i18n.language, placeOf(values()));
    form.setFields(errors as Parameters<typeof form.setFields>[0]);
    const first = errors[0];
    if (first) form.scrollToField(first.name as never, { block: "center" });
  };

  const save = useMutation({
    mutationFn: async () => {
      const body = toBody(values());
      if (stored === undefined)
        return dataOf(
          api.POST("/v1/projects", { params: { header: { "idempotency-key": keyOf(JSON.stringify(body)) } }, body }),
        );
      const { data } = await answerOf(
        api.PUT("/v1/projects/{project_id}", {
          params: { path: { project_id: stored.data.id }, header: { "if-match": stored.etag } },
          body,
        }),
      );
      return data;
    },
    onSuccess: (project) => {
      void message.success(t("projects.saved"));
      void client.invalidateQueries({ queryKey: ["projects"] });
      void client.invalidateQueries({ queryKey: ["project", project.id] });
      void client.invalidateQueries({ queryKey: ["ranking", project.id] });
      onSaved(project);
    },
    onError: showErrors,
  });
  const tryOut = useMutation({
    mutationFn: () => dataOf(api.POST("/v1/match-queries", { body: dryRun(toBody(values())) })),
    onError: showErrors,
  });
  const clear = () => {
    const marked = form.getFieldsError().filter(({ errors }) => errors.length > 0);
    form.setFields(marked.map(({ name }) => ({ name: name as never, errors: [] })));
  };

  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={stored ? toForm(stored.data) : BLANK}
      onFinish={() => {
        clear();
        tryOut.reset();
        save.mutate();
      }}
      onValuesChange={() => tryOut.reset()}
      scrollToFirstError
    >
      {(["basic", "money", "needs", "ceilings", "process", "sharing"] as const).map((section) => (
        <section key={section} aria-labelledby={`section-${section}`}>
          <Typography.Title level={5} id={`section-${section}`}>
            {t(`projects.${section}`)}
          </Typography.Title>
          {section === "basic" && <Basic projectId={stored?.data.id} />}
          {section === "money" && <Figures group="money" />}
          {section === "needs" && <Needs />}
          {section === "ceilings" && <Figures group="ceilings" />}
          {section === "process" && <Process />}
          {section === "sharing" && <Sharing />}
        </section>
      ))}
      <Flex
        vertical
        gap={12}
        style={{
          position: "sticky",
          bottom: -24, // over the drawer's own padding
          margin: "0 -24px -24px",
          padding: "12px 24px",
          background: token.colorBgElevated,
          borderTop: `1px solid ${token.colorBorderSecondary}`,
          zIndex: 2,
        }}
      >
        <Objection error={save.error ?? tryOut.error} />
        {known.origin && known.read && known.origin !== known.read && (
          <ProjectMeanwhile origin={known.origin} read={known.read} seen={() => know({ origin: known.read, read: known.read })} />
        )}
        {tryOut.data && <Tried page={tryOut.data} />}
        <Flex gap={8} wrap>
          <Button type="primary" htmlType="submit" loading={save.isPending}>
            {t("common.save")}
          </Button>
          {mayRank && (
            <Button
              loading={tryOut.isPending}
              onClick={() => {
                clear();
                save.reset();
                tryOut.mutate();
              }}
            >
              {t("projects.tryOut")}
            </Button>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </Flex>
      </Flex>
    </Form>
  );
}

/** A ranking of what is in the form, of which nothing is stored. */
function dryRun(project: Schemas["ProjectWrite"]): Schemas["MatchQuery"] {
  return { project, weights: {}, filters: { programmes: [], region_codes: [], site_kinds: [] }, include: [], limit: 1 };
}

function Tried({ page }: { page: Schemas["MatchQueryPage"] }) {
  const { t } = useTranslation();
  const first = page.items[0];
  return (
    <Alert
      type={page.eligible_count > 0 ? "success" : "warning"}
      showIcon
      role="status"
      title={t("projects.tried", { eligible: page.eligible_count, excluded: page.excluded_count })}
      description={
        first && (
          <>
            {t("projects.first")}: {first.profile.site_name} <SyntheticMark is={first.profile.is_synthetic} />
            <div>{first.summary}</div>
          </>
        )
      }
    />
  );
}

/** The problem; what is said of single fields stands at these fields, so it is only counted here. */
function Objection({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const count = error instanceof Refused && error.status === 422 ? (error.problem.errors?.length ?? 0) : 0;
  if (!(error instanceof Refused) || count === 0) return <ProblemAlert error={error} />;
  const problem = { ...error.problem, errors: [], detail: t("projects.invalid", { count }) };
  return <ProblemAlert error={new Refused(problem, error.status)} />;
}
