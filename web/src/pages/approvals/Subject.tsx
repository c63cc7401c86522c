import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, dataOf, type Schemas } from "../../api/client";
import { ProfileName, ProjectName } from "../../parts/names";
import "../assessment/words";
import "./words";

export type Approval = Schemas["ApprovalRead"];
type Submission = Schemas["SubmissionWrite"];

/** The words of an action; its dot would be read as a step into the words. */
export const wordsOf = (head: "action" | "then", action: Approval["action"]) => `approvals.${head}_${action.replace(".", "_")}`;

/** What a payload holds under a name, where it is a text. */
export function textOf(approval: Approval, name: string): string {
  const value = (approval.payload as Record<string, unknown>)[name];
  return typeof value === "string" ? value : "";
}

export function scopeOf(approval: Approval): Submission {
  return (approval.payload as unknown as { body: Submission }).body;
}

export function useHold(id: string, enabled = true) {
  return useQuery({
    queryKey: ["holds", "one", id],
    queryFn: () => dataOf(api.GET("/v1/holds/{hold_id}", { params: { path: { hold_id: id } } })),
    enabled,
  });
}

const ARROW = <span style={{ marginInline: 6 }}>→</span>;

/** What an approval is about, by its names. */
export function Subject({ approval, plain }: { approval: Approval; plain?: boolean }) {
  const { t } = useTranslation();
  const hold = useHold(approval.noun_id, approval.action === "hold.release").data;
  switch (approval.action) {
    case "profile.publish":
      return <ProfileName id={approval.noun_id} plain={plain} />;
    case "opportunity.recommend":
      return (
        <>
          <ProjectName id={textOf(approval, "project_id")} plain={plain} />
          {ARROW}
          <ProfileName id={textOf(approval, "profile_id")} plain={plain} />
        </>
      );
    case "hold.release":
      if (hold === undefined) return <>{approval.noun_id}</>;
      return (
        <>
          <ProjectName id={hold.project_id} plain={plain} />
          {ARROW}
          <ProfileName id={hold.profile_id} plain={plain} />
        </>
      );
    case "assessment.submit": {
      const { year, period, programme } = scopeOf(approval);
      return <>{`${year} ${t(`assess.period_${period ?? "year"}`)} · ${t(`choice.programme_${programme}`)}`}</>;
    }
  }
}
