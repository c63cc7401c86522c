import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as Antd, ConfigProvider, Spin } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { BrowserRouter, Navigate, Route, Routes } from "react-router";
import { Refused } from "../api/client";
import { ProblemAlert } from "../parts/ProblemAlert";
import { SignIn } from "../pages/SignIn";
import { Frame } from "./Frame";
import { useStillness } from "./motion";
import { nonce } from "./nonce";
import { pagesOf } from "./pages";
import { SessionProvider, useSessionQuery } from "./session";
import { useScheme } from "./scheme";
import { themeOf } from "./theme";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the service has refused it refuses again; a busy one may be asked once more.
      retry: (count, error) => count < 1 && !(error instanceof Refused && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});

const Projects = lazy(() => import("../pages/projects/ProjectsPage"));
const Project = lazy(() => import("../pages/projects/ProjectPage"));
const Ranking = lazy(() => import("../pages/ranking/RankingPage"));
const Profiles = lazy(() => import("../pages/profiles/ProfilesPage"));
const Profile = lazy(() => import("../pages/profiles/ProfilePage"));
const Opportunities = lazy(() => import("../pages/opportunities/OpportunitiesPage"));
const Opportunity = lazy(() => import("../pages/opportunities/OpportunityPage"));
const Approvals = lazy(() => import("../pages/approvals/ApprovalsPage"));
const Alerts = lazy(() => import("../pages/alerts/AlertsPage"));
const Assessment = lazy(() => import("../pages/assessment/AssessmentPage"));
const Administration = lazy(() => import("../pages/administration/AdministrationPage"));
const Answer = lazy(() => import("../pages/answer/AnswerPage"));

export function App() {
  const { i18n } = useTranslation();
  const [scheme] = useScheme();
  const still = useStillness();
  return (
    <QueryClientProvider client={client}>
      <ConfigProvider
        csp={{ nonce }}
        locale={i18n.language === "en" ? enUS : zhCN}
        theme={themeOf(scheme, still)}
      >
        <Antd>
          <BrowserRouter>
            <Suspense fallback={<Spin fullscreen />}>
              <Routes>
                <Route path="/answer" element={<Answer />} />
                <Route path="*" element={<Pages />} />
              </Routes>
            </Suspense>
          </BrowserRouter>
        </Antd>
      </ConfigProvider>
    </QueryClientProvider>
  );
}

function Pages() {
  const { t } = useTranslation();
  const { data: session, error, isPending } = useSessionQuery();
  if (isPending) return <Spin fullscreen description={t("common.loading")} />;
  if (error) return <ProblemAlert error={error} />;
  if (session === null || session.must_change_password) return <SignIn session={session} />;
  return (
    <SessionProvider session={session}>
      <Frame>
        <Suspense fallback={<Spin description={t("common.loading")} />}>
          <Routes>
            <Route path="/" element={<Navigate to={`/${pagesOf(session.permissions)[0]}`} replace />} />
            <Route path="/projects" element={<Projects />} />
            <Route path="/projects/:id" element={<Project />} />
            <Route path="/projects/:id/ranking" element={<Ranking />} />
            <Route path="/profiles" element={<Profiles />} />
            <Route path="/profiles/:id" element={<Profile />} />
            <Route path="/opportunities" element={<Opportunities />} />
            <Route path="/opportunities/:id" element={<Opportunity />} />
            <Route path="/approvals" element={<Approvals />} />
            <Route path="/alerts" element={<Alerts />} />
            <Route path="/assessment" element={<Assessment />} />
            <Route path="/administration" element={<Administration />} />
            <Route path="*" element={t("common.notFound")} />
          </Routes>
        </Suspense>
      </Frame>
    </SessionProvider>
  );
}
