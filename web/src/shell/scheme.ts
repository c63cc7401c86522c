import { useEffect, useSyncExternalStore } from "react";

export type Scheme = "light" | "dark";
const KEY = "shanhai-scheme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function current(): Scheme {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}

/** Light or dark: as the system has it, until somebody chooses. */
export function useScheme(): [Scheme, (next: Scheme) => void] {
  const scheme = useSyncExternalStore(subscribe, current);
  // Scroll bars, and the ground behind the page, are the browser's to draw.
  useEffect(() => {
    document.documentElement.style.colorScheme = scheme;
  }, [scheme]);
  return [
    scheme,
    (next) => {
      localStorage.setItem(KEY, next);
      for (const listener of listeners) listener();
    },
  ];
}
