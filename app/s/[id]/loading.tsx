import { LogSkeleton } from "../../../components/conversation/log-skeleton";

export default function Loading() {
  return <LogSkeleton />;
}
