import { App, Flex, Typography } from "antd";

/** Shows what is shown once, to be copied; it stays until somebody says that it is kept. */
export function useSecret(): (secret: string | null | undefined, title: string, note?: string) => void {
  const { modal } = App.useApp();
  return (secret, title, note) => {
    if (!secret) return;
    modal.warning({
      width: 600,
      title,
      mask: { closable: false },
      keyboard: false,
      content: (
        <Flex vertical gap={8}>
          <Typography.Text copyable code style={{ overflowWrap: "anywhere" }}>
            {secret}
          </Typography.Text>
          {note && <Typography.Text type="secondary">{note}</Typography.Text>}
        </Flex>
      ),
    });
  };
}
