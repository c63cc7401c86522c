/** The words that both languages have; a page adds its own with `addWords`. */
export interface Words {
  name: string;
  tagline: string;
  menu: Record<
    "projects" | "profiles" | "opportunities" | "approvals" | "alerts" | "assessment" | "administration" | "waiting" | "open" | "account",
    string
  >;
  signIn: Record<
    | "title"
    | "byPassword"
    | "byKey"
    | "byIssuer"
    | "userName"
    | "password"
    | "key"
    | "organisation"
    | "idToken"
    | "submit"
    | "out"
    | "keyNote"
    | "notOut"
    | "issuerNote"
    | "given",
    string
  >;
  common: Record<
    | "search"
    | "more"
    | "nothing"
    | "refresh"
    | "save"
    | "cancel"
    | "create"
    | "edit"
    | "delete"
    | "close"
    | "back"
    | "yes"
    | "no"
    | "unknown"
    | "synthetic"
    | "unconfirmed"
    | "requestId"
    | "problem"
    | "offline"
    | "notFound"
    | "required"
    | "language"
    | "dark"
    | "light"
    | "loading"
    | "actions"
    | "updatedAt"
    | "all"
    | "details",
    string
  >;
}
