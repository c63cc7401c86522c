import { useTranslation } from "react-i18next";
import { changedMeanwhile, put, type Path } from "../../parts/changedMeanwhile";
import { Meanwhile } from "../../parts/Meanwhile";
import { byLine, byRow, type PackDraft } from "./packDraft";
import { hundredths, type Line } from "./packs";

const FIELD_WORDS: Record<string, string> = { name: "packName", year: "year", note: "note", claimed: "claimedChance", confirmed: "confirmedChance", delay: "delay" };

interface Props {
  origin: PackDraft;
  read: PackDraft;
  draft: PackDraft;
  change: (draft: PackDraft) => void;
  seen: () => void;
}

/** What somebody else has changed of a pack, line by line, while one's own changes were not saved yet. */
export function PackMeanwhile({ origin, read, draft, change, seen }: Props) {
  const { t, i18n } = useTranslation();
  const lines = [draft, read, origin].flatMap(({ indicators }) => indicators);
  const called = (code: string) => {
    const line = lines.find((one) => one.code === code);
    return (i18n.language === "en" ? line?.name_en : line?.name_zh) ?? code;
  };
  const titleOf = ([field, entry]: Path) => {
    if (field === "indicators") return called(entry ?? "");
    const name = entry ?? field;
    const word = FIELD_WORDS[name];
    const title = word ? t(`assessSet.${word}`) : t(`choice.stage_${name}`);
    return field === "outlook" ? `${t("assessSet.outlook")}: ${title}` : title;
  };
  const written = ([field, entry]: Path, value: unknown) => {
    if (value === null || value === undefined) return "—";
    if (field === "indicators") return lineText(value as Line, t("assess.points"));
    if (field !== "outlook") return String(value);
    const { low, expected, high } = value as { low: number; expected: number; high: number };
    return [low, expected, high].map((one) => (entry === "delay" ? one : `${hundredths(one)} %`)).join(" / ");
  };
  return (
    <Meanwhile
      changes={changedMeanwhile(byLine(origin), byLine(read), byLine(draft), ["version"])}
      seen={seen}
      take={({ path, after }) => change(byRow(put(byLine(draft), path, after)))}
      titleOf={titleOf}
      written={written}
    />
  );
}

/** What of a line somebody would change: its points, how they are won, when it counts, of what, and by what right. */
function lineText(line: Line, points: string): string {
  const won = [...(line.by_ratio ?? []).map(({ ratio, share }) => `${hundredths(ratio)} → ${hundredths(share)}`)].join(", ");
  const terms = line.terms.map(({ measure, share }) => `${measure} × ${hundredths(share)} %`).join(" + ");
  return [`${points} ${line.points} + ${line.rank_points}`, won, `${line.window_from} – ${line.window_until}`, terms, line.source].filter(Boolean).join("; ");
}
