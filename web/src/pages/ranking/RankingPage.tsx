export default function RankingPage() {
  return null;
}
