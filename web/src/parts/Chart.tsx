import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { GridComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";
import { theme } from "antd";
import { useEffect, useRef } from "react";
import { useStillness } from "../shell/motion";

use([CanvasRenderer, GridComponent, TooltipComponent]);

interface Props {
  option: EChartsCoreOption;
  height: number | string;
  /** What the picture shows, for who does not see it; the figures also stand in a table. */
  label: string;
  onPick?: (data: unknown) => void;
}

/**
 * A chart on a canvas, as wide as its place. A page registers the kinds of series that it needs by
 * `use` of echarts/core. Tooltips are drawn too ("richText"): as HTML they would need inline styles, which the
 * content security policy forbids.
 */
export function Chart({ option, height, label, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const { token } = theme.useToken();
  const still = useStillness();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = init(element);
    chart.current = made;
    made.on("click", (event) => pick.current?.(event.data));
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(
      {
        animation: !still,
        backgroundColor: "transparent",
        textStyle: { color: token.colorText, fontFamily: token.fontFamily },
        ...option,
        tooltip: {
          renderMode: "richText",
          backgroundColor: token.colorBgElevated,
          borderColor: token.colorBorder,
          textStyle: { color: token.colorText, fontSize: 12 },
          ...(option.tooltip as object | undefined),
        },
      },
      // What goes is taken away; what stays moves to where it belongs now.
      { replaceMerge: ["series"] },
    );
  }, [option, token, still]);
  return <div ref={place} role="img" aria-label={label} style={{ width: "100%", height }} />;
}
