export default function OpportunitiesPage() {
  return null;
}
