import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, type ReactNode } from "react";
import { api, dataOf, keptKey, Refused, type Schemas } from "../api/client";

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
  return async () => {
    if (keptKey.get()) keptKey.clear();
    else await api.DELETE("/v1/sessions/current");
    client.clear();
    window.location.assign("/");
  };
}
