import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { createContext, use, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, dataOf, keptKey, Refused, type Schemas } from "../api/client";
import { ProblemAlert } from "../parts/ProblemAlert";

type Session = Schemas["SessionRead"];
const Current = createContext<Session | null>(null);

/** Who is signed in; null where nobody is. `undefined` while it is not known. */
export function useSessionQuery() {
  return useQuery({
    queryKey: ["session"],
    queryFn: async (): Promise<Session | null> => {
      try {
        return await dataOf(api.GET("/v1/sessions/current"));
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
    retry: false,
  });
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <Current value={session}>{children}</Current>;
}

/** The session of a page that is shown only to who is signed in. */
export function useSession(): Session {
  const session = use(Current);
  if (session === null) throw new Error("no session");
  return session;
}

/** Whether the caller may do this; what may not be done is not shown. */
export function useMay(permission: Schemas["Permission"]): boolean {
  return useSession().permissions.includes(permission);
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return async () => {
    try {
      if (keptKey.get()) keptKey.clear();
      else await dataOf(api.DELETE("/v1/sessions/current"));
    } catch (error) {
      // Who has no session is out; with any other answer the cookie may still be good, and that must be known.
      if (!(error instanceof Refused && error.status === 401)) {
        modal.error({ title: t("signIn.notOut"), content: <ProblemAlert error={error} /> });
        return;
      }
    }
    client.clear();
    window.location.assign("/");
  };
}
