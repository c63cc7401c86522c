import { useSyncExternalStore } from "react";

const query = window.matchMedia("(prefers-reduced-motion: reduce)");

function subscribe(listener: () => void): () => void {
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Whether somebody has asked their system for as little movement as possible. */
export function useStillness(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
