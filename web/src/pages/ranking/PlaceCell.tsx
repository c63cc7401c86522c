import { Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { SyntheticMark, UnconfirmedMark } from "../../parts/Marks";
import "./words";

interface Props {
  profile: Schemas["PlaceRead"];
  programme?: Schemas["MatchItem"]["programme"];
  /** How many of its figures are to be confirmed. */
  toConfirm?: number;
}

/** A place as it stands in every table: name, region, and the marks that it wears. */
export function PlaceCell({ profile, programme, toConfirm = 0 }: Props) {
  const { t } = useTranslation();
  return (
    <Flex vertical gap={2}>
      <Typography.Text strong>{profile.site_name}</Typography.Text>
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {profile.region_name}
      </Typography.Text>
      <Flex gap={4} wrap>
        {programme && <Tag color="green">{t(`choice.programme_${programme}`)}</Tag>}
        <SyntheticMark is={profile.is_synthetic} />
        <UnconfirmedMark is={profile.unconfirmed} />
        {toConfirm > 0 && <Tag color="orange">{`${t("ranking.toConfirm")} ${toConfirm}`}</Tag>}
      </Flex>
    </Flex>
  );
}
