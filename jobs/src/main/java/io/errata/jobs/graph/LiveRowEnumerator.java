package io.errata.jobs.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;

/** Hands out splits that are all known from the start, one for each request. */
final class LiveRowEnumerator implements SplitEnumerator<LiveRowSplit, List<LiveRowSplit>> {
  private final SplitEnumeratorContext<LiveRowSplit> context;
  private final Deque<LiveRowSplit> left;

  LiveRowEnumerator(SplitEnumeratorContext<LiveRowSplit> context, List<LiveRowSplit> splits) {
    this.context = context;
    this.left = new ArrayDeque<>(splits);
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    if (!context.registeredReaders().containsKey(subtask)) {
      return; // it failed between asking and now
    }
    LiveRowSplit next = left.poll();
    if (next == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplit(next, subtask);
    }
  }

  @Override
  public void addSplitsBack(List<LiveRowSplit> splits, int subtask) {
    left.addAll(splits);
  }

  @Override
  public void addReader(int subtask) {}

  @Override
  public List<LiveRowSplit> snapshotState(long checkpoint) {
    return new ArrayList<>(left);
  }

  @Override
  public void close() {}
}
