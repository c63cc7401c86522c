import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useParams } from "react-router";
import { answerOf, api } from "../../api/client";
import { ProblemAlert } from "../../parts/ProblemAlert";
import { Ranking } from "./Ranking";
import { useCriteria } from "./useRanking";
import "./words";

/** The places for one project: those that fit, in order, and those that do not, with the reason. */
export default function RankingPage() {
  const { id = "" } = useParams();
  const project = useQuery({
    queryKey: ["project", id],
    queryFn: () => answerOf(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: id } } })),
  });
  const criteria = useCriteria();
  const error = project.error ?? criteria.error;
  if (error) return <ProblemAlert error={error} />;
  if (project.data === undefined || criteria.data === undefined) return <Skeleton active />;
  return <Ranking key={id} project={project.data.data} criteria={criteria.data.items} />;
}
