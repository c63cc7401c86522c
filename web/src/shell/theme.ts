import { theme, type ThemeConfig } from "antd";
import type { Scheme } from "./scheme";

// What Ant Design draws too faintly for small print: WCAG AA asks for 4.5 to 1.
const READABLE = {
  light: {
    colorLink: "#0b5f59",
    colorTextDescription: "rgba(0, 0, 0, 0.65)",
    colorTextPlaceholder: "rgba(0, 0, 0, 0.6)",
    colorError: "#c81e1e",
    colorWarning: "#946200",
    colorWarningBg: "#fffbe6",
    colorWarningBorder: "#ffe58f",
    colorSuccess: "#237804",
    colorSuccessBg: "#f6ffed",
    colorSuccessBorder: "#b7eb8f",
    colorInfo: "#0f766e",
    // It would mix these out of dark colours, and get a grey in which nothing stands out.
    colorInfoBg: "#e6fffb",
    colorInfoBorder: "#87e8de",
    colorPrimaryBg: "#e0f3f0",
    colorPrimaryBgHover: "#c4e7e2",
    ...onTags({ green: "#237804", cyan: "#006d75", gold: "#874d00", orange: "#ad4e00", volcano: "#ad2102" }),
  },
  dark: {
    colorLink: "#5eead4",
    colorTextDescription: "rgba(255, 255, 255, 0.65)",
    colorTextPlaceholder: "rgba(255, 255, 255, 0.55)",
    colorError: "#ff6b6b",
    colorInfo: "#14b8a6",
    // The ring around what has the focus.
    colorPrimaryBorder: "#14b8a6",
    ...onTags({ purple: "#ab7ae0" }),
  },
};

// For whom movement makes ill: what opens or changes does so at once.
const STILL = { motion: false, motionUnit: 0 };

/** The writing on coloured tags. Each shade has two names, and one style for both: they must say the same. */
function onTags(shades: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(shades).flatMap(([colour, shade]) => [[`${colour}7`, shade] as const, [`${colour}-7`, shade] as const]),
  );
}

/** The colours of the console, and whether anything moves. */
export function themeOf(scheme: Scheme, still: boolean): ThemeConfig {
  // On black the primary colour is too dark to be told from the ground; that of links is made for it.
  const link = READABLE[scheme].colorLink;
  return {
    algorithm: scheme === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { colorPrimary: "#0f766e", borderRadius: 6, ...READABLE[scheme], ...(still && STILL) },
    components: {
      Button: {
        defaultHoverColor: link,
        defaultHoverBorderColor: link,
        defaultActiveColor: link,
        defaultActiveBorderColor: link,
      },
      Descriptions: { labelColor: READABLE[scheme].colorTextDescription },
      Slider: { trackBg: link, trackHoverBg: link, handleColor: link, handleActiveColor: link },
      Tabs: { itemSelectedColor: link, itemHoverColor: link, itemActiveColor: link, inkBarColor: link },
    },
  };
}
